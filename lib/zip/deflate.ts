import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DeflateReply, DeflateRequest } from './deflate-worker.ts';

/** Compresses one whole file to a raw deflate stream (RFC 1951). Memory that is shared is not copied. */
export type Deflate = (content: Uint8Array) => Promise<Uint8Array>;

/** Threads that compress; they end with their owner: `await using pool = createDeflatePool(…)`. */
export interface DeflatePool extends AsyncDisposable {
  readonly deflate: Deflate;
  /** How many files are compressed at once. */
  readonly threads: number;
}

/**
 * Each file is one stream, made by one thread with libdeflate as WebAssembly: the bytes depend on content and level
 * alone, on no CPU, no number of threads and no version of Node.
 *
 * @param level libdeflate's, 1 to 12
 * @param entry the module that serves `serveDeflate` when it runs as a worker: the action's own entry
 */
export function createDeflatePool(level: number, entry: URL, threads = availableParallelism()): DeflatePool {
  const idle: DeflateThread[] = [];
  const all: DeflateThread[] = [];
  const waiting: ((thread: DeflateThread) => void)[] = [];

  const acquire = async (): Promise<DeflateThread> => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (all.length < threads) {
      const thread = startThread(level, entry);
      all.push(thread);
      return thread;
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const release = (thread: DeflateThread): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };

  return {
    threads,
    async deflate(content) {
      const thread = await acquire();
      try {
        return await thread.deflate(content);
      } finally {
        release(thread);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map(({ worker }) => worker.terminate()));
    },
  };
}

interface DeflateThread {
  readonly worker: Worker;
  readonly deflate: Deflate;
}

/** One file at a time. */
function startThread(level: number, entry: URL): DeflateThread {
  const worker = new Worker(entry, { workerData: { level } });
  // Nothing waits for a thread but those that asked it for something.
  worker.unref();
  const deflate: Deflate = (content) => {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const settle = (reply: DeflateReply): void => {
      worker.off('error', reject);
      if ('deflated' in reply) resolve(reply.deflated);
      else reject(new Error(`libdeflate: ${reply.fault}`));
    };
    worker.ref();
    worker.once('message', settle).once('error', reject);
    worker.postMessage(content satisfies DeflateRequest);
    return promise.finally(() => worker.off('message', settle).unref());
  };
  return { worker, deflate };
}
