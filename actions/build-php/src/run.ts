import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type BaseIdentity, NoBase, obtainBase } from '#lib/base-os/base-os.ts';
import { announceCompilation } from '#lib/base-os/compilation.ts';
import { findDocker } from '#lib/docker/client.ts';
import { explainRefusal } from '#lib/node/atomic-write.ts';
import { CommandError } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { type FetchedSource, layOutSources } from '#lib/sources/fetch.ts';
import { gatherSources } from '#lib/sources/gather-sources.ts';
import { type Artifact, readSources, uses } from '#lib/sources/sources.ts';
import { type BakeTarget, imageTags, toBakeDefinition } from './bake/bake.ts';
import { runBake } from './bake/run-bake.ts';
import {
  type Build,
  type Dependencies,
  describeResult,
  digestOf,
  hashesOf,
  type Result,
  toBaseDependencies,
} from './build.ts';
import { readSuiteVersion } from './cache/build-key.ts';
import { findEarlierBuild, reuseEarlierBuild } from './cache/earlier-build.ts';
import { finishTrees } from './finish.ts';
import { layOutIniFiles } from './ini-files.ts';
import type { Inputs } from './inputs.ts';
import { planBuild, profileFolder, sourceFolder, versionFolder } from './plan-build.ts';
import { findRemedy } from './remedies.ts';
import { obtainProfile } from './training/obtain-profile.ts';
import { digestProfile } from './training/profile-key.ts';
import { placeTrees } from './trees.ts';

/** Builds one PHP version from verified sources: one tree per layer in `inputs.output`, and images where wanted. */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<Result> {
  const { log, signal, suite, cacheFolder } = dependencies;
  const folder = versionFolder(inputs, suite);
  const build: Build = {
    ...dependencies,
    inputs,
    artifacts: await readSources(join(folder, 'sources.json')),
    folder,
    work: resolve(inputs.output, `.build-${inputs.phpVersion}-${inputs.cpu}`),
    version: await readSuiteVersion(suite),
  };
  await rm(build.work, { recursive: true, force: true });
  try {
    const earlier = await findEarlierBuild(build);
    if (earlier !== undefined) return earlier;
    // First: whether there is anything to build on and with is known before much is fetched.
    const ground = inputs.until === 'sources' ? undefined : await obtainGround(build);
    const sources = await log.group('Sources', () =>
      gatherSources(build.artifacts.filter(isWanted(inputs)), {
        ...build,
        cache: build.sourceCache,
        sourceFolder: join(cacheFolder, 'sources'),
        keyFolders: [join(folder, 'keys'), join(suite, 'php', 'keys')],
      }),
    );
    if (ground !== undefined) return await buildFrom(sources, ground, build);
    const php = sources.find(({ name }) => name === 'php')?.version ?? '';
    return { php, base: '', profile: inputs.profile, layers: [], images: [], isCached: false };
  } catch (error) {
    // Whatever failed after a signal did because of it.
    signal.throwIfAborted();
    throw explainFailure(error, [inputs.output, cacheFolder, tmpdir()]);
  } finally {
    await rm(build.work, { recursive: true, force: true });
  }
}

/**
 * With the remedy, where there is a known one.
 *
 * @param folders what a build writes to
 */
function explainFailure(error: unknown, folders: readonly string[]): unknown {
  if (error instanceof CommandError || error instanceof NoBase) {
    const remedy = findRemedy(error.message);
    return remedy === undefined ? error : new ActionError(`${error.message}\n${remedy}`);
  }
  // Of a full disk: copies say which file it was, and what could not be opened; a write to an open file does not.
  const { code, dest, path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // Permission may have been denied to read.
  if (code === 'EACCES') return error;
  return explainRefusal(error, dest ?? path ?? `A file in one of the folders ${folders.join(', ')}`);
}

/** An archive of the dev image is fetched where that is made, and where a later build shall need no network. */
function isWanted({ images, until }: Inputs): (artifact: Artifact) => boolean {
  return ({ use }) => use === 'layers' || images || until === 'sources';
}

/** What a build stands on. */
interface Ground {
  /** The client to use. */
  readonly docker: string;
  readonly base: BaseIdentity;
}

async function obtainGround(build: Build): Promise<Ground> {
  const { inputs, run } = build;
  const docker = await findDocker(run);
  const base = await obtainBase(inputs.base, inputs.cpu, await toBaseDependencies(build, docker));
  return { docker, base };
}

async function buildFrom(
  sources: readonly FetchedSource[],
  { docker, base }: Ground,
  build: Build,
): Promise<Result> {
  const { inputs, work, log, treeCache } = build;
  const key = await digestOf(build, sources, base);
  const earlier = await reuseEarlierBuild(key, sources, base, build);
  if (earlier !== undefined) return earlier;
  await layOut(sources, build);
  announceCompilation(base.compilation, inputs, log);
  const result = { ...describeResult(build, sources, base), isCached: false };
  const { php, profile } = result;
  const bake = (phase: 'Configure' | 'Train' | 'Compile', targets: readonly BakeTarget[]) =>
    log.group(`${phase} PHP ${php} (${profile}, ${inputs.cpu}, ${base.base})`, () =>
      bakeTargets(targets, phase, base, docker, build),
    );
  if (inputs.until === 'configured') {
    await bake('Configure', [{ kind: 'configured' }]);
    return { ...result, layers: [], images: [] };
  }
  if (profile === 'release') {
    await obtainProfile({
      key: await digestProfile(planBuild(build, base), base, hashesOf(sources)),
      folder: profileFolder(work),
      given: inputs.trainedProfile,
      cache: build.profileCache,
      log,
      train: (folder) => bake('Train', [{ kind: 'trained-profile', folder }]),
    });
  }
  const trees = join(work, 'trees');
  await bake('Compile', targetsOf(inputs, trees, key));
  const finished = join(work, 'finished');
  await finishTrees({ trees, key, sources, base }, finished, build);
  if (inputs.cache) await treeCache.save(key, finished, await readdir(finished));
  await placeTrees(finished, inputs.output, result.layers);
  return result;
}

/** Makes the contexts that are no folders of the suite. */
async function layOut(sources: readonly FetchedSource[], { inputs, work }: Build): Promise<void> {
  await mkdir(profileFolder(work), { recursive: true });
  for (const purpose of uses) {
    const wanted = sources.filter(({ use }) => use === purpose);
    await layOutSources(wanted, sourceFolder(work, purpose));
  }
  await layOutIniFiles(inputs.iniFiles, join(work, 'ini-files'));
}

async function bakeTargets(
  targets: readonly BakeTarget[],
  phase: string,
  base: BaseIdentity,
  docker: string,
  build: Build,
): Promise<void> {
  const { inputs, cacheFolder, log, signal } = build;
  const definition = toBakeDefinition(planBuild(build, base), targets);
  // One a phase: what compiles must not overwrite what training said.
  const name = `php-${inputs.phpVersion}-${inputs.cpu}-${phase.toLowerCase()}.log`;
  const logFile = join(cacheFolder, 'logs', name);
  await runBake(definition, { docker, builder: inputs.builder, log, signal, logFile });
}

/** @param digest what the images are labelled with */
function targetsOf(inputs: Inputs, trees: string, digest: string): readonly BakeTarget[] {
  const images = imageTags(inputs).map(({ stage, tag }) => ({ kind: 'image', stage, tag, digest }) as const);
  return [{ kind: 'trees', folder: trees }, ...(inputs.images ? images : [])];
}
