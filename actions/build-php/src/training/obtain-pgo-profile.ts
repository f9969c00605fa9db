import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { TreeCache } from '../cache/tree-cache.ts';

/** File beside the counters of a PGO profile: the key of the profile. */
export const keyFileName = 'key';

export interface PgoProfileRequest {
  /** Key from `digestPgoProfile`. Profiles with the same key are interchangeable. */
  readonly key: string;
  /** Folder for the profile. */
  readonly folder: string;
  /** Folder with the profile of an earlier build, if the user gave one. */
  readonly given: string | undefined;
  readonly cache: TreeCache;
  readonly log: Logger;
  /** Runs the training and writes the counters to a folder. */
  readonly train: (folder: string) => Promise<void>;
}

/**
 * Writes a PGO profile to `folder`: the given one, otherwise one from the cache, otherwise a new one, which is then cached.
 *
 * @throws ActionError if the given profile has another key
 */
export async function obtainPgoProfile({
  key,
  folder,
  given,
  cache,
  log,
  train,
}: PgoProfileRequest): Promise<void> {
  if (given !== undefined) {
    await checkKey(given, key);
    await cp(given, folder, { recursive: true });
    return;
  }
  const entry = await cache.restore(key);
  if (entry !== undefined) {
    await cp(join(entry, 'profile'), folder, { recursive: true });
    log.info('Using the PGO profile from the cache: an earlier build had the same training inputs.');
    return;
  }
  const trained = join(`${folder}.trained`, 'profile');
  await mkdir(trained, { recursive: true });
  await train(trained);
  await writeFile(join(trained, keyFileName), `${key}\n`);
  await cache.save(key, `${folder}.trained`, ['profile']);
  await cp(trained, folder, { recursive: true });
}

async function checkKey(given: string, key: string): Promise<void> {
  const found = (await readFile(join(given, keyFileName), 'utf8')).trim();
  if (found === key) return;
  throw new ActionError(
    `The PGO profile in ${given} belongs to another source, configuration, compiler or training: its key is ${found}, ` +
      `but this build needs ${key}. Build from the profile's commit and base OS, or remove the input "trained-profile".`,
  );
}
