import { expect, test } from 'vitest';
import { sleep } from '#lib/aws/clock.ts';
import { Deadline, waitWithin } from '#lib/aws/deadline.ts';
import { createVirtualClock } from '../../../helpers/virtual-clock.ts';

test('a deadline runs only while its region is at work', async () => {
  const clock = createVirtualClock();
  const deadline = new Deadline(clock, 10_000);
  await clock.run(sleep(clock, 60_000));
  expect(deadline.remaining).toBe(10_000);
  deadline.resume();
  await clock.run(sleep(clock, 4_000));
  deadline.pause();
  await clock.run(sleep(clock, 60_000));
  expect(deadline.remaining).toBe(6_000);
  expect(deadline.signal.aborted).toBe(false);
  deadline.resume();
  await clock.run(sleep(clock, 6_000));
  expect(deadline.signal.aborted).toBe(true);
  expect(deadline.remaining).toBe(0);
});

test('a wait that would outlast it fails at once, and says what was waited for', async () => {
  const clock = createVirtualClock();
  const deadline = new Deadline(clock, 10_000);
  deadline.resume();
  const started = clock.now();
  await expect(waitWithin(deadline, 10_000, 'for Godot')).rejects.toThrow(
    'The time for this region ("timeout") is used up: for Godot',
  );
  expect(clock.now()).toBe(started);
  await clock.run(waitWithin(deadline, 9_999, ''));
  expect(deadline.remaining).toBe(1);
});
