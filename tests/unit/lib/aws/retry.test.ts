import { expect, test } from 'vitest';
import { chooseDelayMs, retryLimits } from '#lib/aws/retry.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';

test.each([
  [1, undefined, 250],
  [2, undefined, 500],
  [3, undefined, 1000],
  [20, undefined, retryLimits.longestDelayMs / 2],
  [1, '2', 2250],
  [1, 'Wed, 21 Oct 2026 07:28:00 GMT', 250],
])(
  'attempt %i with Retry-After %s waits half of its bound if the random number is 0.5: %i ms',
  (attempt, retryAfterSeconds, delayMs) => {
    expect(chooseDelayMs(attempt, { retryAfterSeconds }, createVirtualClock())).toBe(delayMs);
  },
);
