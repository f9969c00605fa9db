import type { IncomingMessage } from 'node:http';
import type { Pacer } from './pacer.ts';

/** Receives a body at the pacer's rate, and returns its size in bytes. */
function receive(request: IncomingMessage, pacer: Pacer, onChunk: (chunk: Buffer) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      onChunk(chunk);
      const delayMs = pacer.delayAfter(chunk.length);
      if (delayMs === 0) return;
      request.pause();
      setTimeout(() => request.resume(), delayMs);
    });
    request.on('end', () => resolve(sizeBytes));
    request.on('close', () => reject(new Error('the client disconnected')));
    request.on('error', reject);
  });
}

export interface ReceivedBody {
  readonly text: string;
  readonly sizeBytes: number;
}

export async function receiveWhole(request: IncomingMessage, pacer: Pacer): Promise<ReceivedBody> {
  const chunks: Buffer[] = [];
  const sizeBytes = await receive(request, pacer, (chunk) => chunks.push(chunk));
  return { text: Buffer.concat(chunks).toString('latin1'), sizeBytes };
}

/** Size of each part that is kept. */
const partBytes = 4096;

/**
 * Receives a body and discards its middle. A publish request keeps the JSON around the zip, with a short string in place
 * of the zip. A body of at most two parts stays complete.
 */
export async function receiveEnds(request: IncomingMessage, pacer: Pacer): Promise<ReceivedBody> {
  let first: Buffer = Buffer.alloc(0);
  let last: Buffer = Buffer.alloc(0);
  const sizeBytes = await receive(request, pacer, (chunk) => {
    const taken = Math.min(partBytes - first.length, chunk.length);
    if (taken > 0) first = Buffer.concat([first, chunk.subarray(0, taken)]);
    last = Buffer.concat([last, chunk.subarray(Math.max(taken, chunk.length - partBytes))]).subarray(
      -partBytes,
    );
  });
  return { text: `${first.toString('latin1')}${last.toString('latin1')}`, sizeBytes };
}
