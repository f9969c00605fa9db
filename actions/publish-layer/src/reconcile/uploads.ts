import { isNetworkFault } from '#lib/aws/faults.ts';

/**
 * Queue of uploads. Waiting uploads of the layer that started last go first, so that a run needs the body of one layer
 * at a time.
 */
export interface Uploads {
  /** Waits for a turn and runs the upload. */
  run<T>(layer: string, region: string, upload: () => Promise<T>): Promise<T>;
  /** Current limit of parallel uploads. */
  readonly limit: number;
}

interface Waiting {
  readonly layer: string;
  readonly start: () => void;
}

/**
 * Creates a queue that adapts its limit like TCP (additive increase, multiplicative decrease). Uploads that break in two
 * regions halve the limit: breaks in one region may be caused by that region, but breaks in two suggest the shared
 * network. Uploads that ran at the same time halve it only once. Each success raises it by a fraction.
 */
export function createUploads(maxParallel: number, onChange: (limit: number) => void = () => {}): Uploads {
  const waiting: Waiting[] = [];
  let limit = maxParallel;
  let running = 0;
  let lastLayer = '';
  let reductions = 0;
  let brokenRegion: string | undefined;

  function startNext(): void {
    while (running < Math.floor(limit) && waiting.length > 0) {
      const index = Math.max(
        0,
        waiting.findIndex(({ layer }) => layer === lastLayer),
      );
      const [next] = waiting.splice(index, 1);
      if (next === undefined) return;
      lastLayer = next.layer;
      running++;
      next.start();
    }
  }

  function adapt(region: string, reductionsAtStart: number, error: unknown): void {
    const before = Math.floor(limit);
    if (error === undefined) {
      limit = Math.min(maxParallel, limit + 1 / limit);
    } else if (isNetworkFault(error) && reductionsAtStart === reductions) {
      if (brokenRegion === undefined || brokenRegion === region) {
        brokenRegion = region;
      } else {
        limit = Math.max(1, limit / 2);
        reductions++;
        brokenRegion = undefined;
      }
    }
    if (Math.floor(limit) !== before) onChange(Math.floor(limit));
  }

  return {
    get limit() {
      return Math.floor(limit);
    },
    async run(layer, region, upload) {
      await new Promise<void>((start) => {
        waiting.push({ layer, start });
        startNext();
      });
      const reductionsAtStart = reductions;
      try {
        const result = await upload();
        adapt(region, reductionsAtStart, undefined);
        return result;
      } catch (error) {
        adapt(region, reductionsAtStart, error);
        throw error;
      } finally {
        running--;
        startNext();
      }
    },
  };
}
