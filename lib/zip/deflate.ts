import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DeflateReply, DeflateRequest } from './deflate-worker.ts';

/** Compresses one whole file to a raw deflate stream (RFC 1951). Shared memory is passed without a copy. */
export type Deflate = (content: Uint8Array) => Promise<Uint8Array>;

/** Threads that compress. They stop when the pool is disposed: `await using pool = createDeflatePool(…)`. */
export interface DeflatePool extends AsyncDisposable {
  readonly deflate: Deflate;
  /** Number of files that are compressed at the same time. */
  readonly threads: number;
}

/**
 * Creates a pool of threads, which start on demand. One thread compresses each file to one stream, with libdeflate as
 * WebAssembly. The bytes depend on content and level only, not on the CPU, the number of threads or the release of Node.
 *
 * @param level libdeflate's level, 1 to 12
 * @param workerModule module that calls `serveDeflate` when it runs as a worker
 */
export function createDeflatePool(
  level: number,
  workerModule: URL,
  threads = availableParallelism(),
): DeflatePool {
  const idle: DeflateThread[] = [];
  const all: DeflateThread[] = [];
  const waiting: ((thread: DeflateThread) => void)[] = [];

  const acquire = async (): Promise<DeflateThread> => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (all.length < threads) {
      const thread = startThread(level, workerModule);
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

/** Starts a thread that compresses one file at a time. */
function startThread(level: number, workerModule: URL): DeflateThread {
  const worker = new Worker(workerModule, { workerData: { level } });
  // An idle thread must not keep the process alive.
  worker.unref();
  const deflate: Deflate = (content) => {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const settle = (reply: DeflateReply): void => {
      worker.off('error', reject);
      if ('deflated' in reply) resolve(reply.deflated);
      else reject(new Error(`libdeflate failed: ${reply.error}`));
    };
    worker.ref();
    worker.once('message', settle).once('error', reject);
    worker.postMessage(content satisfies DeflateRequest);
    return promise.finally(() => worker.off('message', settle).unref());
  };
  return { worker, deflate };
}
