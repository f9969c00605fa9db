import * as cache from '@actions/cache';
import { describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

/** Keeps fetched archives between runs. Restored archives are verified again, so the cache need not be trusted. */
export interface SourceCache {
  restore(folder: string, key: string): Promise<void>;
  save(folder: string, key: string): Promise<void>;
}

/** Returns GitHub's cache if it is available and enabled. Otherwise nothing is cached: a laptop keeps its folder anyway. */
export function createSourceCache(isEnabled: boolean, log: Logger): SourceCache {
  if (!isEnabled || !cache.isFeatureAvailable()) {
    return { restore: async () => {}, save: async () => {} };
  }
  let restored: string | undefined;
  return {
    async restore(folder, key) {
      restored = await ignoreFailure(log, () => cache.restoreCache([folder], `sources-${key}`));
    },
    async save(folder, key) {
      if (restored === undefined) await ignoreFailure(log, () => cache.saveCache([folder], `sources-${key}`));
    },
  };
}

/** Returns the result of `work`. Only logs a failure, because a build without the cache is slower but correct. */
async function ignoreFailure<T>(log: Logger, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    log.info(`The cache could not be used: ${describeError(error)}`);
    return undefined;
  }
}
