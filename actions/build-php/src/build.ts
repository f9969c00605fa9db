import { join } from 'node:path';
import type { BaseDependencies, BaseIdentity } from '#lib/base-os/base-os.ts';
import { chooseProfile } from '#lib/base-os/compilation.ts';
import { findBuilderCpus } from '#lib/docker/builder.ts';
import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { FetchedSource } from '#lib/sources/fetch.ts';
import type { SourceCache } from '#lib/sources/source-cache.ts';
import type { Artifact } from '#lib/sources/sources.ts';
import { imageTags } from './bake/bake.ts';
import { digestBuild } from './cache/build-key.ts';
import { digestInputs } from './cache/inputs-digest.ts';
import type { TreeCache } from './cache/tree-cache.ts';
import { readIniFiles } from './ini-files.ts';
import type { Inputs, Profile } from './inputs.ts';
import { planBuild } from './plan-build.ts';
import { layerNames } from './trees.ts';

export interface Dependencies {
  readonly run: Run;
  readonly log: Logger;
  /** Ends a build; what it had begun is taken away. */
  readonly signal: AbortSignal;
  readonly sourceCache: SourceCache;
  readonly treeCache: TreeCache;
  /** Of what training taught. */
  readonly profileCache: TreeCache;
  /** The suite's own folder, which holds `php-NN`, `php`, `bases`, `keys`, `layers`, `training` and `utils`. */
  readonly suite: string;
  /** Where archives, what is known of bases, and logs are kept between builds. */
  readonly cacheFolder: string;
}

/** One build of one version: what was asked for, what it is made from, and where. */
export interface Build extends Dependencies {
  readonly inputs: Inputs;
  readonly artifacts: readonly Artifact[];
  /** The version's folder. */
  readonly folder: string;
  /** What the build makes on its way; gone at its end. */
  readonly work: string;
  /** The suite's version. */
  readonly version: string;
}

export interface Result {
  /** The PHP version, such as `8.2.32`. */
  readonly php: string;
  /** Empty where the build ended with the sources. */
  readonly base: string;
  readonly layers: readonly string[];
  readonly images: readonly string[];
  /** What was built in fact: under emulation never `release`. */
  readonly profile: Profile;
  /** True where nothing had to be built. */
  readonly isCached: boolean;
}

/** What a whole build of these sources on this base gives. */
export function describeResult(
  { inputs }: Build,
  sources: readonly Pick<FetchedSource, 'name' | 'version'>[],
  base: BaseIdentity,
): Omit<Result, 'isCached'> {
  return {
    php: sources.find(({ name }) => name === 'php')?.version ?? '',
    base: base.base,
    profile: chooseProfile(inputs.profile, base.compilation),
    layers: Object.values(layerNames(inputs.phpVersion, inputs.cpu)),
    images: inputs.images ? imageTags(inputs).map(({ tag }) => tag) : [],
  };
}

/** What the layers are made of. */
export function hashesOf(
  sources: readonly Pick<FetchedSource, 'name' | 'sha256' | 'use'>[],
): readonly (readonly [string, string])[] {
  return sources.filter(({ use }) => use === 'layers').map(({ name, sha256 }) => [name, sha256]);
}

/** The key of a build: equal keys, equal layers. What is for the dev image alone counts by its pin, in the folder. */
export async function digestOf(
  build: Build,
  sources: readonly Pick<FetchedSource, 'name' | 'sha256' | 'use'>[],
  base: BaseIdentity,
): Promise<string> {
  const { phpVersion, trainedProfile } = build.inputs;
  return await digestBuild(planBuild(build, base), {
    phpVersion,
    base: base.id,
    buildBase: base.build.id,
    compilation: base.compilation,
    sources: hashesOf(sources),
    signingKeys: await digestInputs({ keys: join(build.suite, 'php', 'keys') }, {}),
    iniFiles: await readIniFiles(build.inputs.iniFiles),
    profile: chooseProfile(build.inputs.profile, base.compilation),
    ...(trainedProfile !== undefined && { trainedProfile: await digestInputs({ trainedProfile }, {}) }),
    version: build.version,
  });
}

/** What finding or making the base of a build takes. */
export async function toBaseDependencies(
  { inputs, cacheFolder, run, log }: Build,
  docker: string,
): Promise<BaseDependencies> {
  const records = join(cacheFolder, 'bases');
  const hosts = await findBuilderCpus(inputs, docker, run);
  return { run, log, docker, builder: inputs.builder, records, hosts, fresh: !inputs.cache };
}
