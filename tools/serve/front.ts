import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { toEvent } from './event.ts';
import { type HttpResponse, text, toResponse } from './response.ts';

/** Lambda's quota for an event: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const eventLimitBytes = 6 * 2 ** 20;

export interface Front extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts an HTTP server on the loopback interface. It turns requests into events for a function, and the function's
 * answers into responses. It sends one event at a time, as Lambda does to each environment.
 *
 * @param invoke sends an event and returns the function's answer unchanged
 * @param report receives one log line per request
 * @throws ActionError if the port is in use
 */
export async function startFront(
  port: number,
  invoke: (event: unknown) => Promise<string>,
  report: (line: string) => void,
): Promise<Front> {
  let previous: Promise<unknown> = Promise.resolve();
  const invokeInOrder = (event: unknown) => {
    const answered = previous.then(() => invoke(event));
    previous = answered.catch(() => {});
    return answered;
  };

  async function answer(incoming: IncomingMessage): Promise<HttpResponse> {
    const body = await readBody(incoming);
    if (body === undefined)
      return text(413, 'The request is too large. Lambda accepts events of at most 6 MB.');
    const { method = 'GET', url: target = '/', rawHeaders, socket } = incoming;
    const sourceIp = socket.remoteAddress ?? '127.0.0.1';
    const event = toEvent({ method, target, rawHeaders, body, sourceIp }, randomUUID(), new Date());
    try {
      return toResponse(await invokeInOrder(event));
    } catch (error) {
      return text(502, describeError(error));
    }
  }

  const server = createServer((incoming, outgoing) => {
    const started = performance.now();
    void answer(incoming)
      .then((response) => {
        const milliseconds = Math.round(performance.now() - started);
        report(`${incoming.method} ${incoming.url} ${response.status} in ${milliseconds} ms`);
        send(response, outgoing);
      })
      .catch((error: unknown) => {
        report(describeError(error));
        outgoing.destroy();
      });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new ActionError(`Port ${port} is in use. Set --port to another one.`);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Reads the body, or returns undefined if it is too large. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= eventLimitBytes) chunks.push(chunk);
  }
  return size > eventLimitBytes ? undefined : Buffer.concat(chunks);
}

function send({ status, headers, body }: HttpResponse, outgoing: ServerResponse): void {
  outgoing.writeHead(status, [...headers]);
  outgoing.end(body);
}
