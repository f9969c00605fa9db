import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { toEvent } from './event.ts';
import { type HttpResponse, text, toResponse } from './response.ts';

/** Bytes of an event that Lambda takes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maximumEvent = 6 * 2 ** 20;

export interface Front extends AsyncDisposable {
  readonly url: string;
}

/**
 * A server on this machine alone whose requests become events of a function, one after the other as one environment
 * takes them, and whose responses are its answers.
 *
 * @param invoke gives the function's answer as it was sent
 * @param report is told a line a request
 * @throws ActionError where the port is in use
 */
export async function startFront(
  port: number,
  invoke: (event: unknown) => Promise<string>,
  report: (line: string) => void,
): Promise<Front> {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (event: unknown) => {
    const next = last.then(() => invoke(event));
    last = next.catch(() => {});
    return next;
  };

  async function answer(incoming: IncomingMessage): Promise<HttpResponse> {
    const body = await read(incoming);
    if (body === undefined) return text(413, 'Lambda takes at most 6 MB.');
    const { method = 'GET', url: target = '/', rawHeaders, socket } = incoming;
    const sourceIp = socket.remoteAddress ?? '127.0.0.1';
    const event = toEvent({ method, target, rawHeaders, body, sourceIp }, randomUUID(), new Date());
    try {
      return toResponse(await inTurn(event));
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
    throw new ActionError(`Port ${port} is in use; give another one in --port.`);
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

/** Undefined where it is too long. */
async function read(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maximumEvent) chunks.push(chunk);
  }
  return size > maximumEvent ? undefined : Buffer.concat(chunks);
}

function send({ status, headers, body }: HttpResponse, outgoing: ServerResponse): void {
  outgoing.writeHead(status, [...headers]);
  outgoing.end(body);
}
