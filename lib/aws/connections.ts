import { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];

/** Request handler of the SDK's clients. All clients of a run share one. */
export interface Connections {
  readonly handle: Handle;
  close(): void;
}

/** Time limits for connecting, and for a connection on which nothing is sent or received. */
export const connectionLimits = { connectMs: 10_000, silentReadMs: 30_000, silentUploadMs: 120_000 } as const;

/**
 * Creates the connections of a run. Reads share connections that are kept alive. Each upload (a layer version, an
 * object) has its own: the server may close a kept connection just as it is used again, and then it is unclear whether
 * the request was processed.
 */
export function createConnections(): Connections {
  const reads = new NodeHttpHandler({
    connectionTimeout: connectionLimits.connectMs,
    socketTimeout: connectionLimits.silentReadMs,
  });
  const uploads = new NodeHttpHandler({
    connectionTimeout: connectionLimits.connectMs,
    socketTimeout: connectionLimits.silentUploadMs,
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

/** Size of the parts in which a large body is sent. */
const sliceBytes = 512 * 1024;

/**
 * Turns a body in memory into a stream. TLS would encrypt a whole body at once, and each uploading region would hold a
 * second copy.
 */
function streamBody(body: unknown): unknown {
  if (!(body instanceof Uint8Array) || body.length <= sliceBytes) return body;
  let sent = 0;
  return new Readable({
    highWaterMark: sliceBytes,
    read() {
      this.push(sent < body.length ? body.subarray(sent, sent + sliceBytes) : null);
      sent += sliceBytes;
    },
  });
}
