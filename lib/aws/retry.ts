import { CallError } from './call-error.ts';
import type { Clock } from './clock.ts';
import { type Deadline, waitWithin } from './deadline.ts';
import { classifyFault, describeFault, readRetryAfter } from './faults.ts';

/** Tries of one call, the first included, and the wait between them in milliseconds. */
export const retryLimits = { attempts: 6, firstWait: 500, longestWait: 20_000 } as const;

/**
 * Full jitter: any wait up to a bound that doubles, so that clients that were refused together do not come back
 * together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). What the service asks for
 * (Retry-After) is waited at least.
 */
export function chooseWait(attempt: number, error: unknown, clock: Clock): number {
  const bound = Math.min(retryLimits.longestWait, retryLimits.firstWait * 2 ** (attempt - 1));
  return (readRetryAfter(error) ?? 0) + clock.random() * bound;
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
      if (classifyFault(error) === 'refused' || attempt >= retryLimits.attempts) {
        throw new CallError(operation, error);
      }
      const wait = chooseWait(attempt, error, deadline.clock);
      await waitWithin(deadline, wait, describeFault(operation, error));
    }
  }
}
