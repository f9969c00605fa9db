import type { Capacity } from './target.ts';

/**
 * Runs work on all items in their order, as many at once as the capacity allows. If the next item needs more memory than
 * is free, a smaller one overtakes it. After the signal is aborted, no further item starts.
 *
 * @param memoryOf returns the memory of an item in MB
 * @returns results in the order of the items, without the items that did not start
 */
export async function runInParallel<T, R>(
  items: readonly T[],
  memoryOf: (item: T) => number,
  capacity: Capacity,
  signal: AbortSignal,
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const waiting = [...items.entries()];
  const running = new Set<Promise<void>>();
  let usedMemory = 0;
  const fits = (item: T) =>
    running.size === 0 ||
    (running.size < capacity.cases && usedMemory + memoryOf(item) <= capacity.memoryMegabytes);

  while (waiting.length > 0 && !signal.aborted) {
    const next = waiting.findIndex(([, item]) => fits(item));
    if (next === -1) {
      await Promise.race(running);
      continue;
    }
    const [[index, item]] = waiting.splice(next, 1) as [[number, T]];
    usedMemory += memoryOf(item);
    const task = work(item, index)
      .then((result) => void results.set(index, result))
      .finally(() => {
        usedMemory -= memoryOf(item);
        running.delete(task);
      });
    running.add(task);
  }
  await Promise.all(running);
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
