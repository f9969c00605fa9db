import type { IncomingMessage } from 'node:http';
import type { Pacer } from './pacer.ts';

/** Takes a body in, at the pacer's rate; its size in bytes. */
function receive(request: IncomingMessage, pacer: Pacer, take: (chunk: Buffer) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      take(chunk);
      const wait = pacer.take(chunk.length);
      if (wait === 0) return;
      request.pause();
      setTimeout(() => request.resume(), wait);
    });
    request.on('end', () => resolve(size));
    request.on('close', () => reject(new Error('the client went away')));
    request.on('error', reject);
  });
}

export interface ReceivedBody {
  readonly text: string;
  /** Bytes. */
  readonly size: number;
}

export async function receiveWhole(request: IncomingMessage, pacer: Pacer): Promise<ReceivedBody> {
  const chunks: Buffer[] = [];
  const size = await receive(request, pacer, (chunk) => chunks.push(chunk));
  return { text: Buffer.concat(chunks).toString('latin1'), size };
}

/** Bytes that are kept at either end. */
const end = 4096;

/**
 * A body whose middle is thrown away as it comes: of a publish request the JSON around the zip is left, and the zip
 * is a short string. A body of at most two ends is whole.
 */
export async function receiveEnds(request: IncomingMessage, pacer: Pacer): Promise<ReceivedBody> {
  let first: Buffer = Buffer.alloc(0);
  let last: Buffer = Buffer.alloc(0);
  const size = await receive(request, pacer, (chunk) => {
    const taken = Math.min(end - first.length, chunk.length);
    if (taken > 0) first = Buffer.concat([first, chunk.subarray(0, taken)]);
    last = Buffer.concat([last, chunk.subarray(Math.max(taken, chunk.length - end))]).subarray(-end);
  });
  return { text: `${first.toString('latin1')}${last.toString('latin1')}`, size };
}
