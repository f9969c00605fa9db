import type { Clock } from '#lib/aws/clock.ts';

/** A clock whose time passes only when nothing else is left to do, and then all at once. */
export interface VirtualClock extends Clock {
  /** Lets time pass until the work is done; gives what it gives. */
  run<T>(work: Promise<T>): Promise<T>;
}

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

/** @param random draws the same number each time unless given */
export function createVirtualClock(random: () => number = () => 0.5): VirtualClock {
  // Not zero: times are written to files as such.
  let now = Date.UTC(2026, 10, 24);
  const timers = new Set<Timer>();

  function advance(): void {
    const [next] = [...timers].sort((a, b) => a.at - b.at);
    if (next === undefined) throw new Error('Nothing is left to wait for, and the work is not done.');
    timers.delete(next);
    now = Math.max(now, next.at);
    next.work();
  }

  return {
    now: () => now,
    random,
    after(milliseconds, work) {
      const timer = { at: now + milliseconds, work };
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

/** What Node calls work on files that is under way. */
const isOfFiles = /^(FSReq|CloseReq)/;

/** Until promises are settled as far as they go without time passing, and no file is being read or written. */
async function untilIdle(): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (process.getActiveResourcesInfo().some((resource) => isOfFiles.test(resource))) quiet = -1;
  }
}
