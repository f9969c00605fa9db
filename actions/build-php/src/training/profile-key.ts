import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildPlan } from '../bake/bake.ts';
import type { KeyFacts } from '../cache/build-key.ts';
import { digestInputs } from '../cache/inputs-digest.ts';

/**
 * The digest of everything that training learns from: source, flags and compiler, and the programs themselves. Equal
 * keys, interchangeable profiles; not equal ones, since training counts by timers and forks too.
 *
 * @param facts the build's
 */
export async function digestProfile(
  { folder, contexts, configureFlags, cpu, dockerfile }: BuildPlan,
  { base, sources }: Pick<KeyFacts, 'base' | 'sources'>,
): Promise<string> {
  const baseFiles = contexts['base-files'] ?? '';
  return await digestInputs(
    {
      version: folder,
      training: contexts.training ?? '',
      packages: join(baseFiles, 'packages'),
      compile: join(baseFiles, 'compile'),
    },
    { base, sources, cpu, configureFlags, dockerfile: stagesBeforeUse(await readFile(dockerfile, 'utf8')) },
  );
}

/** A stage is made of those above it: what stands below the one that uses the profile cannot change it. */
function stagesBeforeUse(dockerfile: string): string {
  return dockerfile.split(/^FROM \S+ AS build-environment$/m)[0] ?? dockerfile;
}
