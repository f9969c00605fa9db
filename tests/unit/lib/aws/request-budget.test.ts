import { expect, test } from 'vitest';
import { createRequestBudget } from '#lib/aws/request-budget.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';

test.each([1, 7, 15])(
  'allows at most %i requests within any second, without unnecessary waits',
  async (perSecond) => {
    const clock = createVirtualClock();
    const waitForBudget = createRequestBudget(perSecond, clock);
    const started = clock.now();
    const sent: number[] = [];
    await clock.run(
      Promise.all(
        Array.from({ length: 40 }, async () => {
          await waitForBudget();
          sent.push(clock.now() - started);
        }),
      ),
    );
    for (const time of sent) {
      expect(sent.filter((other) => other >= time && other < time + 1000).length).toBeLessThanOrEqual(
        perSecond,
      );
    }
    expect(Math.max(...sent)).toBe((Math.ceil(40 / perSecond) - 1) * 1000);
  },
);
