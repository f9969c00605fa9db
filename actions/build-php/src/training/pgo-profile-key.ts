import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type HashedSource, listLayerSources } from '../cache/build-key.ts';
import { digestInputs } from '../cache/inputs-digest.ts';
import { digestVersionFolder } from '../cache/version-folder-digest.ts';
import type { PlannedBuild } from '../plan-build.ts';

/**
 * Returns the key of a PGO profile: a digest of source, flags, compiler and training programs. Profiles with equal keys
 * are interchangeable, but not identical, because the training also counts timers and forks.
 */
export async function digestPgoProfile(
  { request, baseOs, plan }: Pick<PlannedBuild, 'request' | 'baseOs' | 'plan'>,
  sources: readonly HashedSource[],
): Promise<string> {
  const baseFiles = plan.contexts['base-files'] ?? '';
  return await digestInputs(
    {
      training: plan.contexts.training ?? '',
      packages: join(baseFiles, 'packages'),
      compile: join(baseFiles, 'compile'),
    },
    {
      versionFolder: await digestVersionFolder({ request, plan }),
      base: baseOs.id,
      compiler: baseOs.buildImage.id,
      compilation: baseOs.compilation,
      sources: listLayerSources(sources),
      cpu: plan.cpu,
      configureFlags: plan.configureFlags,
      dockerfile: selectTrainingStages(await readFile(plan.dockerfile, 'utf8')),
    },
  );
}

/** Returns the stages above the one that uses the profile. Later stages cannot change the profile. */
function selectTrainingStages(dockerfile: string): string {
  return dockerfile.split(/^FROM \S+ AS build-environment$/m)[0] ?? dockerfile;
}
