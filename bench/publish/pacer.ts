/** Shares out a bandwidth. */
export interface Pacer {
  /** Milliseconds to wait after these bytes were taken. */
  take(bytes: number): number;
}

/** Milliseconds that takers may run ahead, so that timers need not be as fine as packets. */
const slack = 20;

/**
 * A token bucket for all takers together: each byte has its time at the rate, and whoever is ahead of it waits.
 * Without a rate (bytes a second) nobody waits.
 */
export function createPacer(rate: number | undefined, now: () => number = () => performance.now()): Pacer {
  if (rate === undefined) return { take: () => 0 };
  let due = 0;
  return {
    take(bytes) {
      due = Math.max(due, now()) + (bytes * 1000) / rate;
      const ahead = due - now();
      return ahead > slack ? ahead : 0;
    },
  };
}
