import { expect, test } from 'vitest';
import { chooseWait, retryLimits } from '#lib/aws/retry.ts';
import { createVirtualClock } from '../../../helpers/virtual-clock.ts';

test.each([
  [1, undefined, 250],
  [2, undefined, 500],
  [3, undefined, 1000],
  [20, undefined, retryLimits.longestWait / 2],
  [1, '2', 2250],
  [1, 'Wed, 21 Oct 2026 07:28:00 GMT', 250],
])(
  'try %i with Retry-After %s waits half its bound when chance draws the middle: %i ms',
  (attempt, asked, wait) => {
    expect(chooseWait(attempt, { retryAfterSeconds: asked }, createVirtualClock())).toBe(wait);
  },
);
