/**
 * Stand-in for Lambda's layer API and STS over TLS on loopback. It discards bodies to use as little CPU as possible. It
 * runs in its own process, so that its CPU time can be measured separately. `lambda-process.ts` starts and controls it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type ApiResponse, handleApiRequest, parsePath } from './layer-api.ts';
import { createLayerStore, type LayerVersion } from './layer-store.ts';
import { createPacer } from './pacer.ts';
import type { Report, ServerCommand, Settings, Statistics } from './protocol.ts';
import { type ReceivedBody, receiveEnds, receiveWhole } from './request-body.ts';

const [certificate = '', key = ''] = process.argv.slice(2);
const store = createLayerStore();
/** CodeSha256 of the checked bodies, by layer and size. */
const checked = new Map<string, string>();
let settings: Settings = { latencyMs: 0, bytesPerSecond: undefined, checkBodies: true };
let pacer = createPacer(undefined);
let receivedBytes = 0;
let requests = 0;
let cpuBefore = process.cpuUsage();

const http = createHttpServer((request, response) => {
  requests++;
  handle(request).then(
    (result) => setTimeout(reply, settings.latencyMs, response, result),
    (error: Error) =>
      reply(response, { status: 500, errorType: 'ServiceException', body: { message: error.message } }),
  );
});
const tls = createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) =>
  http.emit('connection', socket),
);
// A connection needs two round trips before its first request: TCP's and TLS 1.3's.
const tcp = createTcpServer({ pauseOnConnect: true }, (socket) => {
  setTimeout(() => tls.emit('connection', socket), 2 * settings.latencyMs);
}).listen(0, '127.0.0.1', () => report({ port: (tcp.address() as AddressInfo).port }));

process.on('message', (command: ServerCommand) => {
  if (command.settings !== undefined) {
    settings = command.settings;
    pacer = createPacer(settings.bytesPerSecond);
  }
  if (command.clear) store.clear();
  report({ statistics: takeStatistics() });
});
process.on('disconnect', () => process.exit());

function report(message: Report): void {
  process.send?.(message);
}

function takeStatistics(): Statistics {
  const { user, system } = process.cpuUsage(cpuBefore);
  const statistics = { receivedBytes, requests, cpuSeconds: (user + system) / 1e6, versions: store.dump() };
  receivedBytes = 0;
  requests = 0;
  cpuBefore = process.cpuUsage();
  return statistics;
}

async function handle(request: IncomingMessage): Promise<ApiResponse> {
  const method = request.method ?? '';
  const path = new URL(request.url ?? '/', 'https://lambda').pathname;
  const target = parsePath(path);
  const isUpload = method === 'POST' && target !== undefined && target.number === undefined;
  const isChecked = isUpload && settings.checkBodies;
  const body = await (isChecked ? receiveWhole : receiveEnds)(request, pacer);
  receivedBytes += body.sizeBytes;
  const region = readRegion(request);
  const common = { method, path, region, text: body.text };
  return handleApiRequest(isUpload ? { ...common, upload: readUpload(target.layer, body) } : common, store);
}

/** Hashes the zip if bodies are checked. Otherwise returns the hash of the last checked body of this layer and size. */
function readUpload(
  layer: string,
  { text, sizeBytes }: ReceivedBody,
): Pick<LayerVersion, 'codeSha256' | 'properties'> {
  const { Content, ...properties } = JSON.parse(text) as { Content: { ZipFile: string } };
  const key = `${layer}/${sizeBytes}`;
  if (settings.checkBodies) {
    checked.set(key, createHash('sha256').update(Content.ZipFile, 'base64').digest('base64'));
  }
  const codeSha256 = checked.get(key);
  if (codeSha256 === undefined)
    throw new Error(`No body of ${layer} with ${sizeBytes} bytes was checked before.`);
  return { codeSha256, properties };
}

/** Reads the region from the signature's scope: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
function readRegion({ headers }: IncomingMessage): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'us-east-1';
}

function reply(response: ServerResponse, { status, body, errorType }: ApiResponse): void {
  const isXml = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isXml ? 'text/xml' : 'application/json',
    ...(errorType !== undefined && { 'x-amzn-errortype': errorType }),
  });
  response.end(isXml ? body : JSON.stringify(body));
}
