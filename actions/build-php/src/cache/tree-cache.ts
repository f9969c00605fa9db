import { cp, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import * as githubCache from '@actions/cache';
import { explainRefusal } from '#lib/node/atomic-write.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { verifyContents, writeContents } from './tree-contents.ts';

/**
 * Finished trees by the digest of what they were made from: in a folder of this machine, and in GitHub's cache where
 * there is one. A cache that fails or holds other bytes than were saved costs a warning and a build, never a layer.
 */
export interface TreeCache {
  /** A folder that holds what was saved under the key, verified; undefined where there is nothing to use. */
  restore(key: string): Promise<string | undefined>;
  /** Keeps copies of these files and folders, all inside of `folder`. */
  save(key: string, folder: string, names: readonly string[]): Promise<void>;
}

/** How many entries (of trees: about 170 MB each) a machine keeps: those that were used last. */
const kept = 5;

/** @param folder where the entries are, inside of the working directory (GitHub's cache stores it by that path) */
export function createTreeCache(folder: string, log: Logger): TreeCache {
  const entryOf = (key: string) => join(folder, key);
  return {
    async restore(key) {
      const entry = entryOf(key);
      try {
        if (!(await isFolder(entry)) && !(await fetchEntry(entry))) return undefined;
        await verifyContents(entry);
        await utimes(entry, new Date(), new Date());
        return entry;
      } catch (error) {
        log.warning(`What the cache has under ${key} is not used: ${describeError(error)}`);
        await rm(entry, { recursive: true, force: true });
        return undefined;
      }
    },
    async save(key, from, names) {
      const entry = entryOf(key);
      const partial = `${entry}.partial`;
      try {
        await rm(partial, { recursive: true, force: true });
        await mkdir(partial, { recursive: true });
        for (const name of names) {
          await cp(join(from, name), join(partial, name), { recursive: true, verbatimSymlinks: true });
        }
        await writeContents(partial);
        await rm(entry, { recursive: true, force: true });
        await rename(partial, entry);
        await prune(folder);
        if (githubCache.isFeatureAvailable()) {
          await githubCache.saveCache([relative('.', entry)], toGithubKey(entry));
        }
      } catch (error) {
        log.warning(`What was built was not cached: ${describeError(explainRefusal(error, entry))}`);
        await rm(partial, { recursive: true, force: true }).catch(() => {});
      }
    },
  };
}

/** For a build that must use nothing of an earlier one. */
export const noTreeCache: TreeCache = { restore: async () => undefined, save: async () => {} };

async function fetchEntry(entry: string): Promise<boolean> {
  if (!githubCache.isFeatureAvailable()) return false;
  const found = await githubCache.restoreCache([relative('.', entry)], toGithubKey(entry));
  if (found === undefined) {
    // What a broken archive left behind.
    await rm(entry, { recursive: true, force: true });
    return false;
  }
  if (await isFolder(entry)) return true;
  throw new ActionError('the archive has no such folder.');
}

/** Such as `php-layers-<key>`, by the folder that the entry is in. */
function toGithubKey(entry: string): string {
  return `php-${basename(dirname(entry))}-${basename(entry)}`;
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function prune(folder: string): Promise<void> {
  const names = await readdir(folder);
  const entries = await Promise.all(
    names.map(async (name) => ({ name, used: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = entries.sort((a, b) => b.used - a.used).slice(kept);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}
