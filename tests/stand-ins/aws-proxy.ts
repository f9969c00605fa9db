import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** A recorded request to AWS. */
export interface SeenRequest {
  /** The region in the request's signature. */
  readonly region: string;
  readonly method: string;
  readonly path: string;
}

/**
 * The treatment of a request:
 * - `pass`: forwards it and returns the response;
 * - `reset`: closes the connection before reading anything;
 * - `swallow`: reads the whole body, closes the connection and does not forward the request;
 * - `late`: like `swallow`, but forwards the request after some milliseconds;
 * - `lose`: forwards the request and closes the connection without a response;
 * - `cut`: forwards the request and closes the connection in the middle of the response;
 * - `drip`: forwards the request and returns the response byte by byte;
 * - `hang`: reads the request, does not forward it and never responds;
 * - `stall`: forwards the request and never responds;
 * - an ErrorVerdict: returns an error in AWS's format.
 */
export type Verdict =
  | 'pass'
  | 'reset'
  | 'swallow'
  | 'lose'
  | 'cut'
  | 'drip'
  | 'hang'
  | 'stall'
  | { readonly late: number }
  | ErrorVerdict;

export interface ErrorVerdict {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Respond before reading the body. */
  readonly isEarly?: boolean;
  /** Forward the request, and return the error anyway. */
  readonly isDone?: boolean;
}

export interface AwsProxy extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Decides the treatment of each request. By default, all pass. */
  judge: (request: SeenRequest, incoming: IncomingMessage) => Verdict;
}

/** Starts a local server between the SDK and `target` that records requests and injects faults. */
export async function startAwsProxy(target: string): Promise<AwsProxy> {
  const server = createServer((incoming, outgoing) => {
    const seen = readRequest(incoming);
    proxy.seen.push(seen);
    respond(proxy.judge(seen, incoming), target, incoming, outgoing).catch(() => incoming.socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: AwsProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    judge: () => 'pass',
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** The scope of the credential contains the region: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
function readRequest(incoming: IncomingMessage): SeenRequest {
  const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? '') ?? [];
  return { region, method: incoming.method ?? '', path: incoming.url ?? '' };
}

async function respond(
  verdict: Verdict,
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (verdict === 'reset') {
    incoming.socket.destroy();
    return;
  }
  if (typeof verdict === 'object' && 'status' in verdict && verdict.isEarly) {
    refuse(outgoing, verdict);
    return;
  }
  const body = await readAll(incoming);
  const forward = () => send(target, incoming, body);
  if (verdict === 'hang') return;
  if (verdict === 'swallow') {
    incoming.socket.destroy();
  } else if (verdict === 'stall') {
    await forward();
  } else if (verdict === 'lose') {
    await forward();
    incoming.socket.destroy();
  } else if (typeof verdict === 'object' && 'late' in verdict) {
    incoming.socket.destroy();
    await setTimeout(verdict.late);
    await forward();
  } else if (typeof verdict === 'object') {
    if (verdict.isDone) await forward();
    refuse(outgoing, verdict);
  } else {
    await answer(outgoing, await forward(), verdict);
  }
}

function refuse(outgoing: ServerResponse, { status, type, message, headers }: ErrorVerdict): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type, ...headers });
  outgoing.end(JSON.stringify({ Type: 'User', message }));
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Forwards the request to the target. */
async function send(
  target: string,
  { method, headers, url }: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const onward = sendRequest(new URL(url ?? '/', target), { method, headers });
  onward.end(body);
  const [response] = (await once(onward, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 502, headers: response.headers, body: await readAll(response) };
}

async function answer(
  outgoing: ServerResponse,
  { status, headers, body }: Answer,
  how: 'pass' | 'cut' | 'drip',
): Promise<void> {
  outgoing.writeHead(status, headers);
  if (how === 'pass') {
    outgoing.end(body);
  } else if (how === 'cut') {
    outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy());
  } else {
    for (const byte of body) {
      outgoing.write(Uint8Array.of(byte));
      await setTimeout(3);
    }
    outgoing.end();
  }
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
