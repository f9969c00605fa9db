import type { MessagePort } from 'node:worker_threads';
import { deflate } from 'libdeflate';

/** Content of one file. */
export type DeflateRequest = Uint8Array;
export type DeflateReply = { readonly deflated: Uint8Array } | { readonly error: string };

/** Compresses in a thread of a deflate pool: answers each message, the content of a file, with its deflate stream. */
export function serveDeflate(port: MessagePort, { level }: { readonly level: number }): void {
  port.on('message', (content: DeflateRequest) => {
    try {
      const deflated = deflate(content, level);
      port.postMessage({ deflated } satisfies DeflateReply, [deflated.buffer as ArrayBuffer]);
    } catch (error) {
      port.postMessage({ error: String(error) } satisfies DeflateReply);
    }
  });
}
