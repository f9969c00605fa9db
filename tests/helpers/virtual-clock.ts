import type { Clock } from '#lib/aws/clock.ts';

/** A clock whose time jumps to the next timer once all other work has been done. */
export interface VirtualClock extends Clock {
  /** Advances the time until the work is done, and returns its result. */
  run<T>(work: Promise<T>): Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** @param random source of random numbers; always 0.5 by default */
export function createVirtualClock(random: () => number = () => 0.5): VirtualClock {
  // A realistic time, because times are written to files.
  let now = Date.UTC(2026, 10, 24);
  const timers = new Set<Timer>();

  function advance(): void {
    const [next] = [...timers].sort((a, b) => a.at - b.at);
    if (next === undefined) throw new Error('The work is not done, but no timer is left.');
    timers.delete(next);
    now = Math.max(now, next.at);
    next.callback();
  }

  return {
    now: () => now,
    random,
    schedule(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async run(work) {
      let isDone = false;
      const end = () => {
        isDone = true;
      };
      work.then(end, end);
      for (;;) {
        await untilIdle();
        if (isDone) return work;
        advance();
      }
    },
  };
}

/** Node's names of pending file operations. */
const fileOperation = /^(FSReq|CloseReq)/;

/** Waits until promises are settled as far as possible without timers, and no file operation is pending. */
async function untilIdle(): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (process.getActiveResourcesInfo().some((resource) => fileOperation.test(resource))) quiet = -1;
  }
}
