import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseIdentity } from '#lib/base-os/base-os.ts';
import type { BuildPlan } from '../bake/bake.ts';
import { digestInputs } from '../cache/inputs-digest.ts';

/**
 * The digest of everything that training learns from: source, flags and compiler, and the programs themselves. Equal
 * keys, interchangeable profiles; not equal ones, since training counts by timers and forks too.
 *
 * @param sources name and SHA-256 of every archive
 */
export async function digestProfile(
  { folder, contexts, configureFlags, cpu, dockerfile }: BuildPlan,
  base: BaseIdentity,
  sources: readonly (readonly [string, string])[],
): Promise<string> {
  const baseFiles = contexts['base-files'] ?? '';
  return await digestInputs(
    {
      version: folder,
      training: contexts.training ?? '',
      packages: join(baseFiles, 'packages'),
      compile: join(baseFiles, 'compile'),
    },
    {
      base: base.id,
      compiler: base.build.id,
      compilation: base.compilation,
      sources,
      cpu,
      configureFlags,
      dockerfile: stagesBeforeUse(await readFile(dockerfile, 'utf8')),
    },
  );
}

/** A stage is made of those above it: what stands below the one that uses the profile cannot change it. */
function stagesBeforeUse(dockerfile: string): string {
  return dockerfile.split(/^FROM \S+ AS build-environment$/m)[0] ?? dockerfile;
}
