import * as cache from '@actions/cache';
import { describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

/** Keeps fetched archives between runs. What comes back is verified like anything else, so it need not be trusted. */
export interface SourceCache {
  restore(folder: string, key: string): Promise<void>;
  save(folder: string, key: string): Promise<void>;
}

/** GitHub's cache, where there is one and it is wanted; otherwise nothing (a laptop keeps its folder anyway). */
export function createSourceCache(isWanted: boolean, log: Logger): SourceCache {
  if (!isWanted || !cache.isFeatureAvailable()) {
    return { restore: async () => {}, save: async () => {} };
  }
  let restored: string | undefined;
  return {
    async restore(folder, key) {
      restored = await tolerate(log, () => cache.restoreCache([folder], `sources-${key}`));
    },
    async save(folder, key) {
      if (restored === undefined) await tolerate(log, () => cache.saveCache([folder], `sources-${key}`));
    },
  };
}

/** A cache that fails costs time, never the build. */
async function tolerate<T>(log: Logger, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    log.info(`The cache could not be used: ${describeError(error)}`);
    return undefined;
  }
}
