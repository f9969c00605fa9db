import type { Clock } from '#lib/aws/clock.ts';
import { connectionLimits } from '#lib/aws/connections.ts';
import type { RequestBody } from '#lib/aws/request-body.ts';
import type { Layer } from '#lib/layer/layer.ts';

/** The bodies of requests while they are sent. */
export interface Bodies {
  /** Does the work with the layer's body, which all who ask for it meanwhile share. */
  use<T>(layer: Layer, work: (body: RequestBody) => Promise<T>): Promise<T>;
}

/** @param allocate gives the memory that the body is to be made in */
export type MakeBody = (layer: Layer, allocate: (size: number) => Buffer) => Promise<RequestBody>;

interface Held {
  users: number;
  readonly body: Promise<RequestBody>;
}

/** Milliseconds after which a body is made though another is in use: an upload that is silent for so long is cut. */
const patience = connectionLimits.silentUpload;

/**
 * Holds one body at a time, however many regions and layers there are: the next is made when the last upload of the
 * one before has ended, in the same memory where it fits. Only where that takes too long are there two.
 */
export function createBodies(clock: Clock, make: MakeBody): Bodies {
  const held = new Map<Layer, Held>();
  let waiting: (() => void)[] = [];
  let memory = Buffer.alloc(0);
  let owner: Layer | undefined;

  function allocate(layer: Layer, size: number): Buffer {
    if (owner !== undefined) return Buffer.allocUnsafeSlow(size);
    owner = layer;
    if (memory.length < size) memory = Buffer.allocUnsafeSlow(size);
    return memory.subarray(0, size);
  }

  function letGo(layer: Layer): void {
    held.delete(layer);
    if (owner === layer) owner = undefined;
  }

  function hold(layer: Layer): Held {
    for (const [other, { users }] of held) if (users === 0) letGo(other);
    const body = make(layer, (size) => allocate(layer, size));
    body.catch(() => letGo(layer));
    const own = { users: 0, body };
    held.set(layer, own);
    return own;
  }

  function wake(): void {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  }

  const isInUse = () => [...held.values()].some(({ users }) => users > 0);

  return {
    async use(layer, work) {
      let isOver = false;
      const callOff = clock.after(patience, () => {
        isOver = true;
        wake();
      });
      // Somebody else who waits may come first, and hold this layer's body or another one.
      while (!held.has(layer) && isInUse() && !isOver) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      callOff();
      const own = held.get(layer) ?? hold(layer);
      own.users++;
      try {
        return await work(await own.body);
      } finally {
        own.users--;
        wake();
      }
    },
  };
}
