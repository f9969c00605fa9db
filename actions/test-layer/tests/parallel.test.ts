import { expect, test } from 'vitest';
import { inParallel } from '../src/parallel.ts';

/** Does work that ends when it is told to, and keeps count. */
async function runAll(
  memory: readonly number[],
  capacity: { cases: number; memory: number },
  stopAfter = Infinity,
) {
  const controller = new AbortController();
  const running = new Set<number>();
  const together: number[][] = [];
  const results = await inParallel(
    memory,
    (megabytes) => megabytes,
    capacity,
    controller.signal,
    async (_, index) => {
      running.add(index);
      together.push([...running].sort());
      // Turns of the event loop: enough for others to be begun.
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      running.delete(index);
      if (index >= stopAfter) controller.abort();
      return index;
    },
  );
  return { results, together };
}

test('no more cases run at once than there is room for, and all do', async () => {
  const { results, together } = await runAll([1, 1, 1, 1, 1], { cases: 2, memory: 100 });
  expect(results).toEqual([0, 1, 2, 3, 4]);
  expect(Math.max(...together.map(({ length }) => length))).toBe(2);
});

test('cases that run at once stay within the memory; a smaller one overtakes', async () => {
  const { results, together } = await runAll([60, 60, 30], { cases: 3, memory: 100 });
  expect(together).toEqual([[0], [0, 2], [1, 2]]);
  expect(results).toEqual([0, 1, 2]);
});

test('a case that needs more memory than there is runs alone', async () => {
  const { results, together } = await runAll([10, 500, 10], { cases: 2, memory: 100 });
  expect(results).toEqual([0, 1, 2]);
  expect(together).toContainEqual([1]);
});

test('after the signal nothing is begun, and what runs is waited for', async () => {
  const { results } = await runAll([1, 1, 1, 1, 1, 1], { cases: 2, memory: 100 }, 0);
  expect(results).toEqual([0, 1]);
});

test('work that throws makes the whole fail', async () => {
  const { signal } = new AbortController();
  const capacity = { cases: 1, memory: 1 };
  await expect(
    inParallel(
      [1],
      () => 1,
      capacity,
      signal,
      () => Promise.reject(new Error('a defect')),
    ),
  ).rejects.toThrow('a defect');
});
