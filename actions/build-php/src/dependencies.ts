import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { SourceCache } from '#lib/sources/source-cache.ts';
import type { TreeCache } from './cache/tree-cache.ts';

export interface Dependencies {
  readonly run: Run;
  readonly log: Logger;
  /** Stops the build, which then ends its processes and removes its intermediate files. */
  readonly signal: AbortSignal;
  readonly sourceCache: SourceCache;
  readonly treeCache: TreeCache;
  readonly pgoProfileCache: TreeCache;
  /** The suite's root, which contains `php`, `php-NN` and `policies`. */
  readonly suiteFolder: string;
  /** Folder that keeps archives, records of base OS images and logs between builds. */
  readonly cacheFolder: string;
}
