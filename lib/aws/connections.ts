import { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];

/** What the SDK's clients send their requests through; one for all clients of a run. */
export interface Connections {
  readonly handle: Handle;
  close(): void;
}

/** How long to wait for a connection, and for a silent one, in milliseconds. */
export const connectionLimits = { connecting: 10_000, silentRead: 30_000, silentUpload: 120_000 } as const;

/**
 * Reads share connections that are kept alive. An upload (a new layer version, an object) has one of its own: a kept
 * one may be closed by the other side just when it is used again, and then nobody knows whether the request was done.
 */
export function createConnections(): Connections {
  const reads = new NodeHttpHandler({
    connectionTimeout: connectionLimits.connecting,
    socketTimeout: connectionLimits.silentRead,
  });
  const uploads = new NodeHttpHandler({
    connectionTimeout: connectionLimits.connecting,
    socketTimeout: connectionLimits.silentUpload,
    httpAgent: { keepAlive: false },
    httpsAgent: { keepAlive: false },
  });
  return {
    handle: (request, options) =>
      isUpload(request)
        ? uploads.handle({ ...request, body: streamBody(request.body) } as Request, options)
        : reads.handle(request, options),
    close() {
      reads.destroy();
      uploads.destroy();
    },
  };
}

function isUpload({ method, path }: Request): boolean {
  return method === 'PUT' || (method === 'POST' && path.endsWith('/versions'));
}

/** Bytes that are handed to a connection at a time. */
const slice = 512 * 1024;

/**
 * A body in memory as a stream. Given whole to a TLS connection it would be encrypted at once, and each region would
 * hold a second copy of it while it is sent.
 */
function streamBody(body: unknown): unknown {
  if (!(body instanceof Uint8Array) || body.length <= slice) return body;
  let sent = 0;
  return new Readable({
    highWaterMark: slice,
    read() {
      this.push(sent < body.length ? body.subarray(sent, sent + slice) : null);
      sent += slice;
    },
  });
}
