import { cp, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import * as githubCache from '@actions/cache';
import { explainRefusal } from '#lib/node/atomic-write.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { verifyContents, writeContents } from './tree-contents.ts';

/**
 * Keeps finished trees or PGO profiles by their key, in a folder of this machine and in GitHub's cache if it is available.
 * A cache that fails or returns other bytes than it received causes a warning and a new build.
 */
export interface TreeCache {
  /** Returns a folder with the verified entry, or undefined if there is no valid entry. */
  restore(key: string): Promise<string | undefined>;
  /** Saves copies of the named files and folders in `folder`. */
  save(key: string, folder: string, names: readonly string[]): Promise<void>;
}

/** Number of most recently used entries that stay on a machine. An entry with trees has about 170 MB. */
const keptEntries = 5;

/** @param folder parent of the entries, inside the working directory (GitHub's cache stores relative paths) */
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
        log.warning(`Ignoring the cache entry ${key}: ${describeError(error)}`);
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
        await removeOldEntries(folder);
        if (githubCache.isFeatureAvailable()) {
          await githubCache.saveCache([relative('.', entry)], toGithubKey(entry));
        }
      } catch (error) {
        log.warning(`The result was not cached: ${describeError(explainRefusal(error, entry))}`);
        await rm(partial, { recursive: true, force: true }).catch(() => {});
      }
    },
  };
}

/** A cache for builds that must not use earlier builds. */
export const noTreeCache: TreeCache = { restore: async () => undefined, save: async () => {} };

async function fetchEntry(entry: string): Promise<boolean> {
  if (!githubCache.isFeatureAvailable()) return false;
  const found = await githubCache.restoreCache([relative('.', entry)], toGithubKey(entry));
  if (found === undefined) {
    // A broken archive may have left files.
    await rm(entry, { recursive: true, force: true });
    return false;
  }
  if (await isFolder(entry)) return true;
  throw new ActionError("GitHub's archive does not contain the entry's folder.");
}

/** Returns a key such as `php-layers-<key>`, with the name of the entry's parent folder. */
function toGithubKey(entry: string): string {
  return `php-${basename(dirname(entry))}-${basename(entry)}`;
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function removeOldEntries(folder: string): Promise<void> {
  const names = await readdir(folder);
  const entries = await Promise.all(
    names.map(async (name) => ({ name, usedMs: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = entries.sort((a, b) => b.usedMs - a.usedMs).slice(keptEntries);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}
