import type { Clock } from '../aws/clock.ts';
import { connectionLimits } from '../aws/connections.ts';
import type { RequestBody } from '../aws/request-body.ts';
import type { Layer } from '../layers/layers.ts';

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

  function letGo(): void {
    for (const [layer, { users }] of held) {
      if (users > 0) continue;
      held.delete(layer);
      if (owner === layer) owner = undefined;
    }
  }

  /** Until no body is in use, or patience ends; somebody may have made the layer's own meanwhile. */
  async function untilFree(layer: Layer): Promise<void> {
    let isOver = false;
    const callOff = clock.after(patience, () => {
      isOver = true;
      wake();
    });
    while (!isOver && !held.has(layer) && [...held.values()].some(({ users }) => users > 0)) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    callOff();
  }

  function wake(): void {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  }

  return {
    async use(layer, work) {
      if (!held.has(layer)) await untilFree(layer);
      let own = held.get(layer);
      if (own === undefined) {
        letGo();
        own = { users: 0, body: make(layer, (size) => allocate(layer, size)) };
        held.set(layer, own);
      }
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
