import { expect, test } from 'vitest';
import { sleep } from '#lib/aws/clock.ts';
import { Deadline, waitWithin } from '#lib/aws/deadline.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';

test('a deadline runs only while it is resumed', async () => {
  const clock = createVirtualClock();
  const deadline = new Deadline(clock, 10_000);
  await clock.run(sleep(clock, 60_000));
  expect(deadline.remainingMs).toBe(10_000);
  deadline.resume();
  await clock.run(sleep(clock, 4_000));
  deadline.pause();
  await clock.run(sleep(clock, 60_000));
  expect(deadline.remainingMs).toBe(6_000);
  expect(deadline.signal.aborted).toBe(false);
  deadline.resume();
  await clock.run(sleep(clock, 6_000));
  expect(deadline.signal.aborted).toBe(true);
  expect(deadline.remainingMs).toBe(0);
});

test('a wait beyond the deadline fails at once with the reason of the wait', async () => {
  const clock = createVirtualClock();
  const deadline = new Deadline(clock, 10_000);
  deadline.resume();
  const started = clock.now();
  await expect(waitWithin(deadline, 10_000, 'no version yet.')).rejects.toThrow(
    'The time limit of this region ("timeout") was reached: no version yet.',
  );
  expect(clock.now()).toBe(started);
  await clock.run(waitWithin(deadline, 9_999, ''));
  expect(deadline.remainingMs).toBe(1);
});
