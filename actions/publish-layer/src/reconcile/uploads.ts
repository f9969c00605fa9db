import { isNetworkFault } from '#lib/aws/faults.ts';

/**
 * The turns to upload: at most `most` at a time, fewer while the network chokes on them. Of those that wait, the ones
 * of the layer that went last go first, so that a run needs the body of one layer at a time.
 */
export interface Uploads {
  /** Waits for a turn, does the work, and passes the turn on. */
  take<T>(layer: string, region: string, work: () => Promise<T>): Promise<T>;
  /** How many may run at a time now. */
  readonly limit: number;
}

interface Waiting {
  readonly layer: string;
  readonly start: () => void;
}

/**
 * Additive increase, multiplicative decrease, as TCP does it: the limit is halved when uploads to two regions broke
 * (one says something about that region, two about the network they share), at most once for those that were under
 * way together, and each success raises it again by a share of one.
 */
export function createUploads(most: number, onChange: (limit: number) => void = () => {}): Uploads {
  const waiting: Waiting[] = [];
  let limit = most;
  let running = 0;
  let layerOfLast = '';
  let cuts = 0;
  let brokenIn: string | undefined;

  function startNext(): void {
    while (running < Math.floor(limit) && waiting.length > 0) {
      const index = Math.max(
        0,
        waiting.findIndex(({ layer }) => layer === layerOfLast),
      );
      const [next] = waiting.splice(index, 1);
      if (next === undefined) return;
      layerOfLast = next.layer;
      running++;
      next.start();
    }
  }

  function adapt(region: string, cutsAtStart: number, error: unknown): void {
    const before = Math.floor(limit);
    if (error === undefined) {
      limit = Math.min(most, limit + 1 / limit);
    } else if (isNetworkFault(error) && cutsAtStart === cuts) {
      if (brokenIn === undefined || brokenIn === region) {
        brokenIn = region;
      } else {
        limit = Math.max(1, limit / 2);
        cuts++;
        brokenIn = undefined;
      }
    }
    if (Math.floor(limit) !== before) onChange(Math.floor(limit));
  }

  return {
    get limit() {
      return Math.floor(limit);
    },
    async take(layer, region, work) {
      await new Promise<void>((start) => {
        waiting.push({ layer, start });
        startNext();
      });
      const cutsAtStart = cuts;
      try {
        const result = await work();
        adapt(region, cutsAtStart, undefined);
        return result;
      } catch (error) {
        adapt(region, cutsAtStart, error);
        throw error;
      } finally {
        running--;
        startNext();
      }
    },
  };
}
