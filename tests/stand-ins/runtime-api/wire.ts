import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** A connection and all bytes received over it, including HTTP's framing, which Node's HTTP server does not expose. */
export interface RecordedConnection {
  /** Stream for the HTTP server. */
  readonly stream: Duplex;
  /** Returns all bytes received so far. */
  received(): Buffer;
  /** Returns the arrival time of the byte at an offset, by `performance.now()`. */
  arrivalOf(offset: number): number;
}

export function recordConnection(socket: Socket): RecordedConnection {
  const pieces: { readonly bytes: Buffer; readonly end: number; readonly at: number }[] = [];
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (chunk, encoding, done) => socket.write(chunk, encoding, done),
    final: (done) => socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (bytes: Buffer) => {
    const end = (pieces.at(-1)?.end ?? 0) + bytes.length;
    pieces.push({ bytes, end, at: performance.now() });
    if (!stream.push(bytes)) socket.pause();
  });
  socket.on('end', () => stream.push(null));
  socket.on('error', (error) => stream.destroy(error));
  socket.on('close', () => stream.destroy());
  return {
    stream,
    received: () => Buffer.concat(pieces.map(({ bytes }) => bytes)),
    arrivalOf: (offset) => pieces.find(({ end }) => end > offset)?.at ?? Number.NaN,
  };
}

/** Bytes of one HTTP request. */
export interface WireRequest {
  /** Request line and header lines, in order. */
  readonly head: readonly string[];
  /** Everything after the empty line. */
  readonly body: Buffer;
  /** Offset of the body in the connection's bytes. */
  readonly bodyStart: number;
}

/** Finds the last request whose request line begins with a text. */
export function findRequest(received: Buffer, requestLine: string): WireRequest {
  const start = received.lastIndexOf(requestLine);
  const end = received.indexOf('\r\n\r\n', start);
  return {
    head: received.toString('latin1', start, end).split('\r\n'),
    body: received.subarray(end + 4),
    bodyStart: end + 4,
  };
}

export interface Chunk {
  readonly bytes: Buffer;
  /** Offset of its last byte in the body. */
  readonly end: number;
}

/** Returns the complete chunks of a body (RFC 9112, section 7.1). */
export function parseChunks(body: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, Math.max(at, lineEnd)), 16);
    const start = lineEnd + 2;
    at = start + size + 2;
    if (!(size > 0) || at > body.length) break;
    chunks.push({ bytes: body.subarray(start, start + size), end: at - 1 });
  }
  return chunks;
}
