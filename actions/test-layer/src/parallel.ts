import type { Capacity } from './target.ts';

/**
 * Does work on all items, as many at once as there is capacity for, in their order but for those that a smaller one
 * overtakes for want of memory. Results are in the order of the items; those not begun when the signal is aborted are
 * left out.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  memoryOf: (item: T) => number,
  capacity: Capacity,
  signal: AbortSignal,
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const waiting = [...items.entries()];
  const running = new Set<Promise<void>>();
  let memory = 0;
  const hasRoom = (item: T) =>
    running.size === 0 || (running.size < capacity.cases && memory + memoryOf(item) <= capacity.memory);

  while (waiting.length > 0 && !signal.aborted) {
    const next = waiting.findIndex(([, item]) => hasRoom(item));
    if (next === -1) {
      await Promise.race(running);
      continue;
    }
    const [[index, item]] = waiting.splice(next, 1) as [[number, T]];
    memory += memoryOf(item);
    const task = work(item, index)
      .then((result) => void results.set(index, result))
      .finally(() => {
        memory -= memoryOf(item);
        running.delete(task);
      });
    running.add(task);
  }
  await Promise.all(running);
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
