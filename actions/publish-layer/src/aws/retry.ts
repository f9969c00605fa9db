import { setTimeout } from 'node:timers/promises';
import { ActionError } from '../../../shared/errors.ts';
import { CallError, classifyFault, describeFault, readRetryAfter } from './faults.ts';

/** Time and chance, injected so that no test waits. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: async (milliseconds) => {
    await setTimeout(milliseconds);
  },
  random: Math.random,
};

/** Tries of one call, the first included, and the wait between them in milliseconds. */
export const retryLimits = { attempts: 6, firstWait: 500, longestWait: 20_000 } as const;

/** What bounds the work in one region. */
export interface Deadline {
  readonly clock: Clock;
  /** The clock's time at which nothing new is begun and what runs is given up. */
  readonly at: number;
}

/**
 * Full jitter: any wait up to a bound that doubles, so that clients that were refused together do not come back
 * together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). What the service asks for
 * (Retry-After) is waited at least.
 */
export function chooseWait(attempt: number, error: unknown, clock: Clock): number {
  const bound = Math.min(retryLimits.longestWait, retryLimits.firstWait * 2 ** (attempt - 1));
  return (readRetryAfter(error) ?? 0) + clock.random() * bound;
}

/** Waits, unless the deadline comes first: then throws an ActionError that says what there was to wait for. */
export async function waitWithin(deadline: Deadline, milliseconds: number, what: string): Promise<void> {
  if (deadline.clock.now() + milliseconds >= deadline.at) {
    throw new ActionError(`The time for this region ("timeout") is used up: ${what}`);
  }
  await deadline.clock.sleep(milliseconds);
}

/**
 * Does a call that may be done twice (a read, a grant) until it succeeds: again after throttling, internal errors
 * and network faults, at most `retryLimits.attempts` times and within the deadline. Throws a CallError, at once when
 * no retry mends it.
 */
export async function retrying<T>(operation: string, deadline: Deadline, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (classifyFault(error) === 'refused' || attempt >= retryLimits.attempts)
        throw new CallError(operation, error);
      const wait = chooseWait(attempt, error, deadline.clock);
      await waitWithin(deadline, wait, describeFault(operation, error));
    }
  }
}
