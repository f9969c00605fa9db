/** Source of time and randomness. Tests inject their own, so that they need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls the callback after a delay. Returns a function that cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
  /** Number from 0 (included) to 1 (excluded). */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

export function sleep(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(durationMs, resolve);
  });
}
