import type { Clock } from '#lib/aws/clock.ts';
import { connectionLimits } from '#lib/aws/connections.ts';
import type { RequestBody } from '#lib/aws/request-body.ts';
import type { Layer } from '#lib/layer/layer.ts';

/** Request bodies that are kept in memory. */
export interface Bodies {
  /** Passes the layer's body to `work`. Concurrent uploads of a layer share one body. */
  use<T>(layer: Layer, work: (body: RequestBody) => Promise<T>): Promise<T>;
}

/** @param allocate source of the body's memory */
export type MakeBody = (layer: Layer, allocate: (sizeBytes: number) => Buffer) => Promise<RequestBody>;

interface SharedBody {
  users: number;
  readonly body: Promise<RequestBody>;
}

/** Longest wait for another layer's body. A silent upload is aborted after the same time. */
const maxWaitMs = connectionLimits.silentUploadMs;

/**
 * Keeps one body in memory, regardless of the number of regions and layers. The next body is created in the same memory
 * when the last upload of the previous layer has ended. A second body exists only if the last upload takes longer than
 * `maxWaitMs`.
 */
export function createBodies(clock: Clock, make: MakeBody): Bodies {
  const bodies = new Map<Layer, SharedBody>();
  let waiters: (() => void)[] = [];
  let memory = Buffer.alloc(0);
  let memoryUser: Layer | undefined;

  function allocate(layer: Layer, sizeBytes: number): Buffer {
    if (memoryUser !== undefined) return Buffer.allocUnsafeSlow(sizeBytes);
    memoryUser = layer;
    if (memory.length < sizeBytes) memory = Buffer.allocUnsafeSlow(sizeBytes);
    return memory.subarray(0, sizeBytes);
  }

  function release(layer: Layer): void {
    bodies.delete(layer);
    if (memoryUser === layer) memoryUser = undefined;
  }

  function create(layer: Layer): SharedBody {
    for (const [other, { users }] of bodies) if (users === 0) release(other);
    const body = make(layer, (sizeBytes) => allocate(layer, sizeBytes));
    body.catch(() => release(layer));
    const shared = { users: 0, body };
    bodies.set(layer, shared);
    return shared;
  }

  function notifyWaiters(): void {
    const notified = waiters;
    waiters = [];
    for (const resolve of notified) resolve();
  }

  const isAnyInUse = () => [...bodies.values()].some(({ users }) => users > 0);

  return {
    async use(layer, work) {
      let isTimedOut = false;
      const cancelTimer = clock.schedule(maxWaitMs, () => {
        isTimedOut = true;
        notifyWaiters();
      });
      // Another waiter may come first and create this layer's body or another one.
      while (!bodies.has(layer) && isAnyInUse() && !isTimedOut) {
        await new Promise<void>((resolve) => waiters.push(resolve));
      }
      cancelTimer();
      const shared = bodies.get(layer) ?? create(layer);
      shared.users++;
      try {
        return await work(await shared.body);
      } finally {
        shared.users--;
        notifyWaiters();
      }
    },
  };
}
