import { expect, test } from 'vitest';
import { runInParallel } from '../src/parallel.ts';

/** Runs one work item per memory size, and records which items run at the same time. */
async function runAll(
  memory: readonly number[],
  capacity: { cases: number; memoryMegabytes: number },
  stopAfter = Infinity,
) {
  const controller = new AbortController();
  const running = new Set<number>();
  const together: number[][] = [];
  const results = await runInParallel(
    memory,
    (megabytes) => megabytes,
    capacity,
    controller.signal,
    async (_, index) => {
      running.add(index);
      together.push([...running].sort());
      // Enough turns of the event loop for other items to start.
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      running.delete(index);
      if (index >= stopAfter) controller.abort();
      return index;
    },
  );
  return { results, together };
}

test('runs all cases, and at most as many at once as the capacity allows', async () => {
  const { results, together } = await runAll([1, 1, 1, 1, 1], { cases: 2, memoryMegabytes: 100 });
  expect(results).toEqual([0, 1, 2, 3, 4]);
  expect(Math.max(...together.map(({ length }) => length))).toBe(2);
});

test('lets a smaller case overtake one that does not fit into the memory', async () => {
  const { results, together } = await runAll([60, 60, 30], { cases: 3, memoryMegabytes: 100 });
  expect(together).toEqual([[0], [0, 2], [1, 2]]);
  expect(results).toEqual([0, 1, 2]);
});

test('runs a case alone if it needs more memory than the capacity', async () => {
  const { results, together } = await runAll([10, 500, 10], { cases: 2, memoryMegabytes: 100 });
  expect(results).toEqual([0, 1, 2]);
  expect(together).toContainEqual([1]);
});

test('after an abort, starts no case and waits for running ones', async () => {
  const { results } = await runAll([1, 1, 1, 1, 1, 1], { cases: 2, memoryMegabytes: 100 }, 0);
  expect(results).toEqual([0, 1]);
});

test('fails if the work throws', async () => {
  const { signal } = new AbortController();
  const capacity = { cases: 1, memoryMegabytes: 1 };
  await expect(
    runInParallel(
      [1],
      () => 1,
      capacity,
      signal,
      () => Promise.reject(new Error('a defect')),
    ),
  ).rejects.toThrow('a defect');
});
