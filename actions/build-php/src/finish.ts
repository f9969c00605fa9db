import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseIdentity } from '#lib/base-os/base-os.ts';
import type { FetchedSource } from '#lib/sources/fetch.ts';
import { type Build, describeResult } from './build.ts';
import { nameSources } from './components.ts';
import { planBuild } from './plan-build.ts';
import { finishTree, layerNames, type Metadata, profilePath, readFacts } from './trees.ts';

/** What a build exported and what it was made from. */
export interface Export {
  /** The trees as the Dockerfile names them, and facts.json. */
  readonly trees: string;
  readonly key: string;
  readonly sources: readonly FetchedSource[];
  readonly base: BaseIdentity;
}

/** Gives exported trees their layers' names and metadata, in `finished`. */
export async function finishTrees(
  { trees, key, sources, base }: Export,
  finished: string,
  build: Build,
): Promise<void> {
  const { cpu, phpVersion } = build.inputs;
  const { configureFlags, contexts } = planBuild(build, base);
  const { profile } = describeResult(build, sources, base);
  const { components, ...facts } = await readFacts(trees);
  const metadata: Omit<Metadata, 'layer'> = {
    schema: 1,
    cpu,
    publishable: profile === 'release',
    php: sources.find(({ name }) => name === 'php')?.version ?? '',
    base: base.base,
    baseImage: base.id,
    compilation: base.compilation,
    profile,
    configureFlags,
    sources: sources
      .filter(({ use }) => use === 'layers')
      .map(({ name, version, sha256 }) => ({ name, version, sha256 })),
    inputs: key,
    components: nameSources(components, sources),
    facts,
  };
  const layers = layerNames(phpVersion, cpu);
  if (profile === 'release')
    await cp(contexts.profile ?? '', profilePath(finished, layers.function), { recursive: true });
  const waivers = join(contexts['base-files'] ?? '', 'layer', 'waivers.txt');
  for (const tree of ['function', 'fpm'] as const) {
    await finishTree(join(trees, tree), finished, { ...metadata, layer: layers[tree] }, waivers);
  }
  const { console } = layers;
  await finishTree(join(trees, 'console'), finished, {
    schema: 1,
    layer: console,
    cpu: 'any',
    publishable: true,
  });
}
