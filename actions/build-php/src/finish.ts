import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchedSource } from '#lib/sources/fetch.ts';
import { addSources } from './components.ts';
import type { PlannedBuild } from './plan-build.ts';
import { findPhpVersion } from './result.ts';
import { finishTree, layerNames, type Metadata, pgoProfilePath, readFacts } from './trees.ts';

export interface Export {
  /** Folder with facts.json and the trees under the Dockerfile's names. */
  readonly folder: string;
  readonly buildKey: string;
  readonly sources: readonly FetchedSource[];
}

/** Moves exported trees to `finished` under their layers' names, and writes their metadata. */
export async function finishTrees(
  { folder, buildKey, sources }: Export,
  finished: string,
  { request: { inputs }, plan, baseOs, buildMode }: PlannedBuild,
): Promise<void> {
  const { components, ...facts } = await readFacts(folder);
  const metadata: Omit<Metadata, 'layer'> = {
    schema: 1,
    cpu: inputs.cpu,
    // A replaced base image may be a stand-in, whose libraries are not Lambda's.
    publishable: buildMode === 'release' && inputs.baseImage === undefined,
    php: findPhpVersion(sources),
    base: baseOs.baseOs,
    baseImage: baseOs.id,
    compilation: baseOs.compilation,
    profile: buildMode,
    configureFlags: plan.configureFlags,
    sources: sources
      .filter(({ use }) => use === 'layers')
      .map(({ name, version, sha256 }) => ({ name, version, sha256 })),
    inputs: buildKey,
    components: addSources(components, sources),
    facts,
  };
  const layers = layerNames(inputs.phpVersion, inputs.cpu);
  if (buildMode === 'release') {
    const pgoProfile = plan.contexts.profile ?? '';
    await cp(pgoProfile, pgoProfilePath(finished, layers.function), { recursive: true });
  }
  const waivers = join(plan.contexts['base-files'] ?? '', 'layer', 'waivers.txt');
  for (const tree of ['function', 'fpm'] as const) {
    await finishTree(join(folder, tree), finished, { ...metadata, layer: layers[tree] }, waivers);
  }
  await finishTree(join(folder, 'console'), finished, {
    schema: 1,
    layer: layers.console,
    cpu: 'any',
    publishable: inputs.baseImage === undefined,
  });
}
