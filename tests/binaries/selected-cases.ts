import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import type { Pins, SkippedCase } from './pins.ts';

const cases = 'tests/layers';

/**
 * Copies sets of cases. Skipped scripts get a name that is not a case's, because every-extension-is-used.php reads them.
 *
 * @param loaded names of the extensions that the layer has, in lower case
 * @returns the cases that are left out
 * @throws ActionError if a skipped case does not exist
 */
export async function copySelectedCases(
  { name, skipped }: Pins,
  sets: readonly string[],
  folder: string,
  loaded: ReadonlySet<string>,
): Promise<readonly SkippedCase[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const set of sets) await cp(join(cases, set), join(folder, set), { recursive: true });
  const missing = skipped.find(({ case: path }) => !isProperty(path) && !existsSync(join(folder, path)));
  if (missing !== undefined) {
    throw new ActionError(
      `The pins of ${name} skip the case "${missing.case}", which does not exist. Remove or rename it.`,
    );
  }
  const left = skipped.filter(({ lacks }) => lacks === undefined || !loaded.has(lacks));
  for (const { case: path } of left) {
    if (isProperty(path)) continue;
    const file = join(folder, path);
    if (path.includes('/scripts/')) await rename(file, join(dirname(file), `_${basename(file)}`));
    else await rm(file, { recursive: true });
  }
  return left;
}

/** Whether a skipped case is a property of tests/http. testHttp leaves it out, and checks its name. */
export function isProperty(path: string): boolean {
  return path.startsWith('http/');
}
