import { CallError } from './call-error.ts';
import type { Clock } from './clock.ts';
import { type Deadline, waitWithin } from './deadline.ts';
import { classifyFault, describeFault, readRetryAfterMs } from './faults.ts';

/** Maximum number of attempts of one call, including the first, and bounds of the delay between them. */
export const retryLimits = { attempts: 6, firstDelayMs: 500, longestDelayMs: 20_000 } as const;

/**
 * Chooses the delay before the next attempt: Retry-After plus full jitter, a random time up to a bound that doubles.
 * This way, clients that were refused at the same time do not retry at the same time
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param attempt number of the failed attempt, from 1
 */
export function chooseDelayMs(attempt: number, error: unknown, clock: Clock): number {
  const bound = Math.min(retryLimits.longestDelayMs, retryLimits.firstDelayMs * 2 ** (attempt - 1));
  return (readRetryAfterMs(error) ?? 0) + clock.random() * bound;
}

/**
 * Makes a call that is safe to repeat (a read, a grant). Retries after throttling, internal errors and network faults.
 *
 * @throws CallError if a retry does not help or all attempts failed
 * @throws ActionError at the deadline
 */
export async function withRetry<T>(
  operation: string,
  deadline: Deadline,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (classifyFault(error) === 'refused' || attempt >= retryLimits.attempts) {
        throw new CallError(operation, error);
      }
      const delayMs = chooseDelayMs(attempt, error, deadline.clock);
      await waitWithin(deadline, delayMs, describeFault(operation, error));
    }
  }
}
