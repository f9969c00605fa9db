import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to AWS as it went by. */
export interface SeenRequest {
  /** As the signature names it. */
  readonly region: string;
  readonly method: string;
  readonly path: string;
}

/**
 * What becomes of a request: `pass`; `lose` its answer after it was done; `reset` the connection before it reaches
 * anybody; `hang`: never an answer; or an error in AWS's form.
 */
export type Verdict =
  | 'pass'
  | 'lose'
  | 'reset'
  | 'hang'
  | { readonly status: number; readonly type: string; readonly message: string };

export interface AwsProxy extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Decides about each request; all pass until it is set. */
  judge: (request: SeenRequest) => Verdict;
}

/** A server on this machine between the SDK and `target` that records requests and makes faults. */
export async function startAwsProxy(target: string): Promise<AwsProxy> {
  const server = createServer((incoming, outgoing) => {
    const seen = readRequest(incoming);
    proxy.seen.push(seen);
    const verdict = proxy.judge(seen);
    if (verdict === 'reset') {
      incoming.socket.destroy();
    } else if (verdict === 'hang') {
      incoming.resume();
    } else if (typeof verdict === 'object') {
      refuse(incoming, outgoing, verdict);
    } else {
      forward(target, incoming, outgoing, verdict);
    }
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

/** The region is in the credential's scope: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
function readRequest(incoming: IncomingMessage): SeenRequest {
  const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(incoming.headers.authorization ?? '') ?? [];
  return { region, method: incoming.method ?? '', path: incoming.url ?? '' };
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, fault: Exclude<Verdict, string>): void {
  incoming.resume().on('end', () => {
    outgoing.writeHead(fault.status, { 'content-type': 'application/json', 'x-amzn-errortype': fault.type });
    outgoing.end(JSON.stringify({ Type: 'User', message: fault.message }));
  });
}

function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  verdict: 'pass' | 'lose',
): void {
  const { method, headers, url } = incoming;
  const onward = sendRequest(new URL(url ?? '/', target), { method, headers }, (answer) => {
    if (verdict === 'lose') {
      answer.resume().on('end', () => incoming.socket.destroy());
    } else {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }
  });
  onward.on('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
