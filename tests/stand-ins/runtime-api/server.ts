import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { createInvocations, type Invocation, type InvocationOptions } from './invocations.ts';
import { findRequest, parseChunks, type RecordedConnection, recordConnection } from './wire.ts';

/** A message from a runtime: the response to an event, an error, or an init error. */
export interface RuntimeResponse {
  readonly kind: 'response' | 'error' | 'init-error';
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Chunks of the body, and their arrival times in milliseconds after the event was sent. */
  readonly chunks: readonly { readonly at: number; readonly bytes: Buffer }[];
  /** Trailers by lower-case name. */
  readonly trailers: IncomingMessage['trailers'];
  /** Whether the message arrived completely. */
  readonly isComplete: boolean;
  /** HTTP status of the server's reply. */
  readonly status: number;
  /** Bytes of the request: its header lines, and everything after them. */
  readonly wire: { readonly head: readonly string[]; readonly body: Buffer };
}

export interface RuntimeApi extends AsyncDisposable {
  /** Host and port: AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Sends an event, and returns the first accepted response, which may be incomplete. */
  invoke(event: unknown, options?: InvocationOptions): Promise<RuntimeResponse>;
  /** All responses so far, including rejected ones. */
  readonly responses: readonly RuntimeResponse[];
  /** Whether a text has arrived, even in an unfinished response. */
  hasReceived(text: string): boolean;
}

const root = '/2018-06-01/runtime';

/** Limit of a response that is not streamed: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxResponseBytes = 6 * 1024 * 1024 + 100;

/** Replies by status: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. 410 is from AWS's clients. */
const bodies: Readonly<Record<number, unknown>> = {
  202: { status: 'OK' },
  400: { errorType: 'InvalidRequestID', errorMessage: 'There is no such invocation.' },
  403: { errorType: 'InvalidStateTransition', errorMessage: 'That is not expected now.' },
  410: { errorType: 'Gone', errorMessage: 'The invocation is over.' },
  413: { errorType: 'RequestEntityTooLarge', errorMessage: `That is more than ${maxResponseBytes} bytes.` },
};

/**
 * Starts Lambda's side of the Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). It records
 * every byte. AWS's emulator does not show the parts of a streamed response. tests/integration/runtime-api.test.ts
 * checks this server with AWS's own clients.
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const connections = new Map<Duplex, RecordedConnection>();
  const invocations = createInvocations<RuntimeResponse>();
  const responses: RuntimeResponse[] = [];
  let isStarting = true;

  function sendEvent(response: ServerResponse): void {
    isStarting = false;
    invocations.take((invocation) => {
      response.writeHead(200, eventHeaders(invocation)).end(JSON.stringify(invocation.event));
    });
  }

  async function receive(
    kind: RuntimeResponse['kind'],
    request: IncomingMessage,
    invocation?: Invocation<RuntimeResponse>,
  ) {
    const verdict = kind === 'init-error' ? (isStarting ? 202 : 403) : judge(invocation, request);
    const { body, isComplete } = await readBody(request, invocation?.closeAfterBytes);
    const isTooLarge = !isStreamed(request) && body.length > maxResponseBytes;
    const response: RuntimeResponse = {
      kind,
      headers: request.headers,
      body,
      trailers: request.trailers,
      isComplete,
      status: verdict === 202 && isTooLarge ? 413 : verdict,
      ...describeWire(request, connections.get(request.socket), invocation?.sentAt ?? 0),
    };
    responses.push(response);
    if (invocation !== undefined && verdict === 202) {
      invocation.hasResponse = true;
      invocation.settle(response);
    }
    return response.status;
  }

  const http = createHttpServer(async (request, response) => {
    const path = request.url?.slice(root.length) ?? '';
    const [, id, kind] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method === 'GET' && path === '/invocation/next') return sendEvent(response);
    const sent = path === '/init/error' ? 'init-error' : (kind as 'response' | 'error' | undefined);
    const status = sent === undefined ? 404 : await receive(sent, request, invocations.find(id));
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(bodies[status] ?? {}));
  });
  const server = createServer((socket) => {
    const connection = recordConnection(socket);
    connections.set(connection.stream, connection);
    connection.stream.on('error', () => {});
    http.emit('connection', connection.stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke: (event, options = {}) => invocations.add(event, options),
    responses,
    hasReceived: (text) => [...connections.values()].some(({ received }) => received().includes(text)),
    [Symbol.asyncDispose]: async () => {
      for (const stream of connections.keys()) stream.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function eventHeaders({ id, deadline, attemptId }: Invocation<RuntimeResponse>): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': id,
    'Lambda-Runtime-Deadline-Ms': String(deadline),
    'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:test',
    'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
    ...(attemptId !== undefined && { 'Lambda-Runtime-Invocation-Id': attemptId }),
  };
}

/** Returns the bytes of a request, and its chunks with their arrival times. */
function describeWire(request: IncomingMessage, connection: RecordedConnection | undefined, sentAt: number) {
  const wire = findRequest(connection?.received() ?? Buffer.alloc(0), `${request.method} ${request.url} `);
  const chunks = request.headers['transfer-encoding'] === 'chunked' ? parseChunks(wire.body) : [];
  const arrivalOf = (end: number) => connection?.arrivalOf(wire.bodyStart + end) ?? Number.NaN;
  return { wire, chunks: chunks.map(({ bytes, end }) => ({ bytes, at: arrivalOf(end) - sentAt })) };
}

/** Returns the HTTP status for the response to an event. */
function judge(invocation: Invocation<RuntimeResponse> | undefined, { headers }: IncomingMessage): number {
  if (invocation === undefined) return 400;
  if (invocation.hasResponse) return 403;
  const isOtherAttempt = headers['lambda-runtime-invocation-id'] !== invocation.attemptId;
  return isOtherAttempt || Date.now() > invocation.deadline ? 410 : 202;
}

function isStreamed({ headers }: IncomingMessage): boolean {
  return headers['lambda-runtime-function-response-mode'] === 'streaming';
}

/** @param closeAfterBytes size of a streamed body after which the connection is closed */
async function readBody(request: IncomingMessage, closeAfterBytes = Number.POSITIVE_INFINITY) {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (isStreamed(request) && size > closeAfterBytes) request.destroy();
    }
  } catch {
    // One of the two sides closed the connection.
  }
  return { body: Buffer.concat(parts), isComplete: request.complete };
}
