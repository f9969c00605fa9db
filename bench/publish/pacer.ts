/** Limits the bandwidth of all receivers together. */
export interface Pacer {
  /** Returns the milliseconds to wait after receiving these bytes. */
  delayAfter(bytes: number): number;
}

/** Tolerance: shorter waits are omitted, because timers are not that precise. */
const toleranceMs = 20;

/** Creates a token bucket. Without a rate, it causes no waits. */
export function createPacer(
  bytesPerSecond: number | undefined,
  now: () => number = () => performance.now(),
): Pacer {
  if (bytesPerSecond === undefined) return { delayAfter: () => 0 };
  let due = 0;
  return {
    delayAfter(bytes) {
      due = Math.max(due, now()) + (bytes * 1000) / bytesPerSecond;
      const aheadMs = due - now();
      return aheadMs > toleranceMs ? aheadMs : 0;
    },
  };
}
