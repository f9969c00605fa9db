/**
 * Lambda's layer API and STS over TLS on loopback, as cheap for the machine as can be: bodies are forgotten as they
 * come. It is a process of its own, so that its CPU is not the client's; `lambda-process.ts` starts and steers it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type ApiAnswer, answerApi, parsePath } from './layer-api.ts';
import { createLayerStore, type LayerVersion } from './layer-store.ts';
import { createPacer } from './pacer.ts';
import type { Order, Report, Settings, Statistics } from './protocol.ts';
import { type ReceivedBody, receiveEnds, receiveWhole } from './request-body.ts';

const [certificate = '', key = ''] = process.argv.slice(2);
const store = createLayerStore();
/** CodeSha256 of the bodies that were checked, by layer and size. */
const checked = new Map<string, string>();
let settings: Settings = { latency: 0, bandwidth: undefined, checkBodies: true };
let pacer = createPacer(undefined);
let received = 0;
let requests = 0;
let cpuBefore = process.cpuUsage();

const http = createHttpServer((request, response) => {
  requests++;
  answer(request).then(
    (result) => setTimeout(reply, settings.latency, response, result),
    (error: Error) =>
      reply(response, { status: 500, errorType: 'ServiceException', body: { message: error.message } }),
  );
});
const tls = createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) =>
  http.emit('connection', socket),
);
// Two round trips come before a connection's first request: TCP's and TLS 1.3's.
const tcp = createTcpServer({ pauseOnConnect: true }, (socket) => {
  setTimeout(() => tls.emit('connection', socket), 2 * settings.latency);
}).listen(0, '127.0.0.1', () => report({ port: (tcp.address() as AddressInfo).port }));

process.on('message', (order: Order) => {
  if (order.settings !== undefined) {
    settings = order.settings;
    pacer = createPacer(settings.bandwidth);
  }
  if (order.forget) store.clear();
  report({ statistics: takeStatistics() });
});
process.on('disconnect', () => process.exit());

function report(said: Report): void {
  process.send?.(said);
}

function takeStatistics(): Statistics {
  const { user, system } = process.cpuUsage(cpuBefore);
  const statistics = { received, requests, cpuSeconds: (user + system) / 1e6, versions: store.dump() };
  received = 0;
  requests = 0;
  cpuBefore = process.cpuUsage();
  return statistics;
}

async function answer(request: IncomingMessage): Promise<ApiAnswer> {
  const method = request.method ?? '';
  const path = new URL(request.url ?? '/', 'https://lambda').pathname;
  const target = parsePath(path);
  const isUpload = method === 'POST' && target !== undefined && target.number === undefined;
  const isChecked = isUpload && settings.checkBodies;
  const body = await (isChecked ? receiveWhole : receiveEnds)(request, pacer);
  received += body.size;
  const region = readRegion(request);
  const base = { method, path, region, text: body.text };
  return answerApi(isUpload ? { ...base, upload: readUpload(target.layer, body) } : base, store);
}

/** The zip's hash: computed where bodies are checked, else that of the checked body of the same layer and size. */
function readUpload(
  layer: string,
  { text, size }: ReceivedBody,
): Pick<LayerVersion, 'codeSha256' | 'described'> {
  const { Content, ...described } = JSON.parse(text) as { Content: { ZipFile: string } };
  const key = `${layer}/${size}`;
  if (settings.checkBodies) {
    checked.set(key, createHash('sha256').update(Content.ZipFile, 'base64').digest('base64'));
  }
  const codeSha256 = checked.get(key);
  if (codeSha256 === undefined) throw new Error(`No body of ${layer} with ${size} bytes was checked before.`);
  return { codeSha256, described };
}

/** The scope in the signature: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
function readRegion({ headers }: IncomingMessage): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'us-east-1';
}

function reply(response: ServerResponse, { status, body, errorType }: ApiAnswer): void {
  const isXml = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isXml ? 'text/xml' : 'application/json',
    ...(errorType !== undefined && { 'x-amzn-errortype': errorType }),
  });
  response.end(isXml ? body : JSON.stringify(body));
}
