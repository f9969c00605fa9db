import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Failure of one pull, in ECR Public's own words. */
export type Refusal = 'rate' | 'data' | 'unavailable' | 'reset';

/** ECR Public allows an IP address one anonymous pull a second (aws/aws-lambda-web-adapter#429). */
const pullIntervalMs = 1000;

export interface EcrPublic extends AsyncDisposable {
  /** `127.0.0.1:<port>`; Docker reaches loopback without TLS. */
  readonly host: string;
  /** Number of pulls. */
  readonly pulls: () => number;
}

/**
 * Starts a server in front of a registry that refuses as ECR Public does: every request without a token gets a 401 that
 * names the address of anonymous tokens, and a second pull within a second gets a 429.
 *
 * @param registry `host:port` of the registry with the images
 * @param refusals failures of the first pulls
 */
export async function startEcrPublic(
  registry: string,
  refusals: readonly Refusal[] = [],
): Promise<EcrPublic> {
  const waiting = [...refusals];
  let pulls = 0;
  let lastPull = -Infinity;
  let head: { readonly path: string; readonly refusal: Refusal | undefined } | undefined;
  const isTooEarly = () => {
    const now = performance.now();
    if (now - lastPull < pullIntervalMs) return true;
    lastPull = now;
    return false;
  };
  /** Decides about a request for a tag. If HEAD fails, the engine sends GET at once, which is no further pull. */
  const findRefusal = (method: string, path: string): Refusal | undefined => {
    if (method === 'GET' && head?.path === path) {
      const { refusal } = head;
      head = undefined;
      return refusal;
    }
    pulls++;
    const refusal = waiting.shift() ?? (isTooEarly() ? 'rate' : undefined);
    head = { path, refusal };
    return refusal;
  };
  const server = createServer((incoming, response) => {
    const { url: path = '', method = 'GET', headers } = incoming;
    if (path.startsWith('/token')) {
      sendJson(response, 200, { token: 'anonymous' });
    } else if (headers.authorization !== 'Bearer anonymous') {
      refuseWithoutToken(incoming, response);
    } else {
      const refusal = isTag(path) ? findRefusal(method, path) : undefined;
      if (refusal === undefined) forward(registry, incoming, response);
      else refuse(refusal, response);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    pulls: () => pulls,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether a path names a manifest by its tag. A pull asks for one tag and then for digests. */
function isTag(path: string): boolean {
  return /\/manifests\/(?!sha256:)/.test(path);
}

function refuseWithoutToken({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader(
    'www-authenticate',
    `Bearer realm="http://${headers.host}/token/",service="${headers.host}",scope="aws"`,
  );
  sendErrors(response, 401, 'DENIED', 'Not Authorized');
}

function refuse(refusal: Refusal, response: ServerResponse): void {
  if (refusal === 'rate') sendErrors(response, 429, 'TOOMANYREQUESTS', 'Rate exceeded');
  else if (refusal === 'data') sendErrors(response, 429, 'TOOMANYREQUESTS', 'Data limit exceeded');
  else if (refusal === 'unavailable') response.writeHead(503).end();
  else response.socket?.destroy();
}

function sendErrors(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { errors: [{ code, message }] });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function forward(registry: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { authorization: _, ...headers } = incoming.headers;
  const outgoing = request(
    `http://${registry}${incoming.url}`,
    { method: incoming.method ?? 'GET', headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}
