import { type Clock, sleep } from './clock.ts';

/** Waits until one more request may be sent. */
export type RequestBudget = () => Promise<void>;

/**
 * Allows at most `perSecond` requests within any second, first come, first served. An account has 15 per second in each
 * region for all calls of Lambda's control plane. The limit is not adjustable (Service Quotas L-B2AA0F47;
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests).
 */
export function createRequestBudget(perSecond: number, clock: Clock): RequestBudget {
  /** Times of the last `perSecond` requests. */
  const slots: number[] = [];
  return async () => {
    const now = clock.now();
    const oldest = slots.length < perSecond ? undefined : slots.shift();
    const slot = oldest === undefined ? now : Math.max(now, oldest + 1000);
    slots.push(slot);
    if (slot > now) await sleep(clock, slot - now);
  };
}
