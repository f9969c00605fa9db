import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { TreeCache } from '../cache/tree-cache.ts';

/** Beside the counters of a profile: the key that it was learnt under. */
export const keyFile = 'key';

export interface ProfileRequest {
  /** What is built, as a key: profiles of the same are interchangeable. */
  readonly key: string;
  /** The folder that receives the profile. */
  readonly folder: string;
  /** A profile of an earlier build, in a folder, that the user wants used. */
  readonly given: string | undefined;
  readonly cache: TreeCache;
  readonly log: Logger;
  /** Trains anew, into a folder. */
  readonly train: (folder: string) => Promise<void>;
}

/** Has a profile in `folder`: the given one, else the cache's, else one of new training, which the cache then keeps. */
export async function obtainProfile({
  key,
  folder,
  given,
  cache,
  log,
  train,
}: ProfileRequest): Promise<void> {
  if (given !== undefined) {
    await checkGiven(given, key);
    await cp(given, folder, { recursive: true });
    return;
  }
  const entry = await cache.restore(key);
  if (entry !== undefined) {
    await cp(join(entry, 'profile'), folder, { recursive: true });
    log.info('The profile comes from the cache: an earlier build was trained on the same things.');
    return;
  }
  const trained = join(`${folder}.trained`, 'profile');
  await mkdir(trained, { recursive: true });
  await train(trained);
  await writeFile(join(trained, keyFile), `${key}\n`);
  await cache.save(key, `${folder}.trained`, ['profile']);
  await cp(trained, folder, { recursive: true });
}

async function checkGiven(given: string, key: string): Promise<void> {
  const found = await readFile(join(given, keyFile), 'utf8');
  if (found.trim() === key) return;
  throw new ActionError(
    `The profile in ${given} was learnt from another source, configuration, compiler or training (key ${found.trim()}; ` +
      `this build's is ${key}). Build from the commit and base that it belongs to, or leave out trained-profile.`,
  );
}
