import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { createInvocations, type Invocation, type InvocationOptions } from './invocations.ts';
import { findRequest, parseChunks, type RecordedConnection, recordConnection } from './wire.ts';

/** What a runtime sent: the answer to an event, or why it cannot start. */
export interface Answer {
  readonly kind: 'response' | 'error' | 'init-error';
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The chunks that the body was sent in, and when each was there: milliseconds since the event was handed out. */
  readonly chunks: readonly { readonly at: number; readonly bytes: Buffer }[];
  /** Fields after the last chunk, by lower-case name. */
  readonly trailers: IncomingMessage['trailers'];
  /** Whether the connection lasted until its end. */
  readonly isComplete: boolean;
  /** The HTTP status that it got. */
  readonly status: number;
  /** The request as it was sent: its lines, and every byte after them. */
  readonly wire: { readonly head: readonly string[]; readonly body: Buffer };
}

export interface RuntimeApi extends AsyncDisposable {
  /** Host and port: AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Hands out an event, and returns the first answer that is taken or broken off. */
  invoke(event: unknown, options?: InvocationOptions): Promise<Answer>;
  /** Everything that was sent so far, what was refused too. */
  readonly answers: readonly Answer[];
  /** Whether a text has come by now, in whatever is not finished yet. */
  hasReceived(text: string): boolean;
}

const root = '/2018-06-01/runtime';

/** Bytes of a response that is not streamed: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxResponse = 6 * 1024 * 1024 + 100;

/** What the statuses mean: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html; 410 by AWS's clients. */
const bodies: Readonly<Record<number, unknown>> = {
  202: { status: 'OK' },
  400: { errorType: 'InvalidRequestID', errorMessage: 'There is no such invocation.' },
  403: { errorType: 'InvalidStateTransition', errorMessage: 'That is not expected now.' },
  410: { errorType: 'Gone', errorMessage: 'The invocation is over.' },
  413: { errorType: 'RequestEntityTooLarge', errorMessage: `That is more than ${maxResponse} bytes.` },
};

/**
 * Lambda's side of the Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). It records every
 * byte, where AWS's emulator puts streamed answers together before anyone sees them. That AWS's own clients are content
 * with it is tested in tests/integration/runtime-api.test.ts.
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const connections = new Map<Duplex, RecordedConnection>();
  const invocations = createInvocations<Answer>();
  const answers: Answer[] = [];
  let isStarting = true;

  function handOut(response: ServerResponse): void {
    isStarting = false;
    invocations.take((invocation) => {
      response.writeHead(200, eventHeaders(invocation)).end(JSON.stringify(invocation.event));
    });
  }

  async function receive(kind: Answer['kind'], request: IncomingMessage, invocation?: Invocation<Answer>) {
    const permission = kind === 'init-error' ? (isStarting ? 202 : 403) : judge(invocation, request);
    const { body, isComplete } = await readBody(request, invocation?.cutAfter);
    const isTooBig = !isStreamed(request) && body.length > maxResponse;
    const answer: Answer = {
      kind,
      headers: request.headers,
      body,
      trailers: request.trailers,
      isComplete,
      status: permission === 202 && isTooBig ? 413 : permission,
      ...describeWire(request, connections.get(request.socket), invocation?.handedOutAt ?? 0),
    };
    answers.push(answer);
    if (invocation !== undefined && permission === 202) {
      invocation.isAnswered = true;
      invocation.settle(answer);
    }
    return answer.status;
  }

  const http = createHttpServer(async (request, response) => {
    const path = request.url?.slice(root.length) ?? '';
    const [, id, kind] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method === 'GET' && path === '/invocation/next') return handOut(response);
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
    answers,
    hasReceived: (text) => [...connections.values()].some(({ received }) => received().includes(text)),
    [Symbol.asyncDispose]: async () => {
      for (const stream of connections.keys()) stream.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function eventHeaders({ id, deadline, attemptId }: Invocation<Answer>): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': id,
    'Lambda-Runtime-Deadline-Ms': String(deadline),
    'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:test',
    'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1',
    ...(attemptId !== undefined && { 'Lambda-Runtime-Invocation-Id': attemptId }),
  };
}

/** What came over the wire, and the chunks in it. */
function describeWire(request: IncomingMessage, connection: RecordedConnection | undefined, begin: number) {
  const wire = findRequest(connection?.received() ?? Buffer.alloc(0), `${request.method} ${request.url} `);
  const chunks = request.headers['transfer-encoding'] === 'chunked' ? parseChunks(wire.body) : [];
  const arrivalOf = (end: number) => connection?.arrivalOf(wire.bodyStart + end) ?? Number.NaN;
  return { wire, chunks: chunks.map(({ bytes, end }) => ({ bytes, at: arrivalOf(end) - begin })) };
}

/** The HTTP status for the answer to an event. */
function judge(invocation: Invocation<Answer> | undefined, { headers }: IncomingMessage): number {
  if (invocation === undefined) return 400;
  if (invocation.isAnswered) return 403;
  const isOther = headers['lambda-runtime-invocation-id'] !== invocation.attemptId;
  return isOther || Date.now() > invocation.deadline ? 410 : 202;
}

function isStreamed({ headers }: IncomingMessage): boolean {
  return headers['lambda-runtime-function-response-mode'] === 'streaming';
}

/** @param cutAfter bytes of a streamed body after which the connection is closed */
async function readBody(request: IncomingMessage, cutAfter = Number.POSITIVE_INFINITY) {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (isStreamed(request) && size > cutAfter) request.destroy();
    }
  } catch {
    // Broken off, by either side.
  }
  return { body: Buffer.concat(parts), isComplete: request.complete };
}
