import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { ActionError } from '#lib/node/errors.ts';
import type { Pins } from './pins.ts';

const cases = 'tests/layers';

/**
 * Copies sets of cases without the skipped ones.
 *
 * @param loaded names of the extensions that the binaries have, in lower case
 * @throws ActionError if a skipped case does not exist, or if the binaries have the extension that it was skipped for
 */
export async function copySelectedCases(
  { name, skipped }: Pins,
  sets: readonly string[],
  folder: string,
  loaded: ReadonlySet<string>,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const skip of skipped) {
    if (!existsSync(join(cases, skip.case))) {
      throw new ActionError(`The pins of ${name} skip the case "${skip.case}", which does not exist. Remove or rename it.`);
    }
    if (skip.lacks !== undefined && loaded.has(skip.lacks.toLowerCase())) {
      throw new ActionError(`The pins of ${name} skip "${skip.case}" for the extension ${skip.lacks}, which the binaries have. Remove the entry.`);
    }
  }
  for (const set of sets) await cp(join(cases, set), join(folder, set), { recursive: true });
  for (const skip of skipped) await rm(join(folder, skip.case), { recursive: true, force: true });
}
