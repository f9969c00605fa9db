import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionHost } from './function-host.ts';
import { type Answer, fault, type State } from './model.ts';
import { matchRoute } from './routes.ts';

/** One request and its response, to be checked against AWS's own description. */
export interface Exchange {
  readonly operation: string;
  readonly request: Message & { readonly method: string; readonly path: string };
  readonly response: Message & { readonly status: number };
}

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
}

/** In-memory stand-in for the parts of Lambda's API that test-layer uses, in one region. Functions run in containers. */
export interface LambdaServer extends AsyncDisposable {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  /** Names of the resources that exist: `layer:version`, and functions. */
  resources(): readonly string[];
}

export async function startLambdaServer(host: FunctionHost): Promise<LambdaServer> {
  const state: State = { layers: new Map(), functions: new Map() };
  const exchanges: Exchange[] = [];
  const server = createServer((incoming, outgoing) => {
    void handle(incoming, outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url = '' } = incoming;
    const route = matchRoute(method, url);
    const answer: Answer =
      route === undefined
        ? fault(404, 'UnknownOperationException', `${method} ${url}`)
        : await Promise.resolve(
            route.answer({ names: route.names, body, headers: incoming.headers, state, host }),
          ).catch((error: unknown) => fault(400, 'InvalidParameterValueException', String(error)));
    const text = answer.raw ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': randomUUID(),
      ...answer.headers,
    };
    exchanges.push({
      operation: route?.operation ?? '',
      request: { method, path: url, headers: toRecord(incoming.headers), body: body.toString('base64') },
      response: { status: answer.status, headers, body: Buffer.from(text).toString('base64') },
    });
    outgoing.writeHead(answer.status, headers).end(text);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    resources: () => [
      ...[...state.layers].flatMap(([name, versions]) => versions.map(({ version }) => `${name}:${version}`)),
      ...state.functions.keys(),
    ],
    async [Symbol.asyncDispose]() {
      for (const { running } of state.functions.values()) await running.stop();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function toRecord(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
