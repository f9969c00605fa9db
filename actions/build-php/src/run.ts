import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NoBaseOsError, obtainBaseOs } from '#lib/base-os/obtain.ts';
import { findDocker } from '#lib/docker/client.ts';
import { explainRefusal } from '#lib/node/atomic-write.ts';
import { CommandError } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { type FetchedSource, layOutSources } from '#lib/sources/fetch.ts';
import { gatherSources } from '#lib/sources/gather-sources.ts';
import { type Artifact, uses } from '#lib/sources/sources.ts';
import { runBake } from './bake/run-bake.ts';
import { type BakeTarget, toBakeDefinition } from './bake-definition.ts';
import { toBaseOsOptions } from './base-os-options.ts';
import { lockBuild, lockSources } from './build-lock.ts';
import { announceCompilation } from './build-mode.ts';
import { digestBuild } from './cache/build-key.ts';
import { findEarlierBuild, reuseEarlierBuild } from './cache/earlier-build.ts';
import type { Dependencies } from './dependencies.ts';
import { finishTrees } from './finish.ts';
import { imageTags } from './images.ts';
import { copyIniFiles } from './ini-files.ts';
import type { Inputs } from './inputs.ts';
import { iniFileFolder, type PlannedBuild, pgoProfileFolder, planBuild, sourceFolder } from './plan-build.ts';
import { findRemedy } from './remedies.ts';
import { type BuildRequest, readRequest } from './request.ts';
import { describeResult, findPhpVersion, type Result } from './result.ts';
import { obtainPgoProfile } from './training/obtain-pgo-profile.ts';
import { digestPgoProfile } from './training/pgo-profile-key.ts';
import { placeTrees } from './trees.ts';

/** Builds one PHP version from verified sources: one tree per layer in `inputs.output`, and images on request. */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<Result> {
  const request = await readRequest(inputs, dependencies.suiteFolder);
  try {
    if (inputs.until === 'sources') return await fetchOnly(request, dependencies);
    await using _lock = await lockBuild(request, dependencies.cacheFolder);
    return await buildAlone(request, dependencies);
  } catch (error) {
    // After a signal, every failure is a consequence of it.
    dependencies.signal.throwIfAborted();
    throw explainFailure(error, [inputs.output, dependencies.cacheFolder, tmpdir()]);
  }
}

async function fetchOnly(request: BuildRequest, dependencies: Dependencies): Promise<Result> {
  const php = findPhpVersion(await fetchSources(request, dependencies));
  const { buildMode } = request.inputs;
  return { php, baseOs: undefined, buildMode, layers: [], images: [], isCached: false };
}

/** Builds with a work folder that no other build has. */
async function buildAlone(request: BuildRequest, dependencies: Dependencies): Promise<Result> {
  const { workFolder } = request;
  await rm(workFolder, { recursive: true, force: true });
  try {
    let fetched: Promise<readonly FetchedSource[]> | undefined;
    const fetchOnce = () => {
      fetched ??= fetchSources(request, dependencies);
      return fetched;
    };
    return (
      (await findEarlierBuild(request, dependencies, fetchOnce)) ??
      (await build(request, dependencies, fetchOnce))
    );
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/**
 * Adds the fix of a known failure.
 *
 * @param folders folders that a build writes to
 */
function explainFailure(error: unknown, folders: readonly string[]): unknown {
  if (error instanceof CommandError || error instanceof NoBaseOsError) {
    const remedy = findRemedy(error.message);
    return remedy === undefined ? error : new ActionError(`${error.message}\n${remedy}`);
  }
  const { code, dest, path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // explainRefusal would call this a failed write, but the file may have been opened for reading.
  if (code === 'EACCES') return error;
  // An error about a full disk names a file if the file was copied or opened, but not if it was already open.
  return explainRefusal(error, dest ?? path ?? `A file in one of the folders ${folders.join(', ')}`);
}

async function build(
  request: BuildRequest,
  dependencies: Dependencies,
  fetchOnce: () => Promise<readonly FetchedSource[]>,
): Promise<Result> {
  const { inputs } = request;
  const { run, suiteFolder } = dependencies;
  // The engine and the base OS come first, so that a missing one fails the build before any download.
  const docker = await findDocker(run);
  const options = await toBaseOsOptions(inputs, docker, dependencies);
  const baseOs = await obtainBaseOs(inputs.baseOs, inputs.cpu, options);
  const sources = await fetchOnce();
  return await buildPlanned(planBuild(request, baseOs, suiteFolder), sources, docker, dependencies);
}

async function fetchSources(
  { inputs, artifacts, versionFolder }: BuildRequest,
  dependencies: Dependencies,
): Promise<readonly FetchedSource[]> {
  const { run, log, signal, sourceCache, suiteFolder, cacheFolder } = dependencies;
  await using _lock = await lockSources(dependencies);
  return await log.group('Sources', () =>
    gatherSources(artifacts.filter(isWanted(inputs)), {
      run,
      log,
      signal,
      cache: sourceCache,
      sourceFolder: join(cacheFolder, 'sources'),
      folder: versionFolder,
      keyFolders: [join(versionFolder, 'keys'), join(suiteFolder, 'php', 'keys')],
    }),
  );
}

/** Archives for the dev image are fetched if images are built, or if a later build may have no network. */
function isWanted({ images, until }: Inputs): (artifact: Artifact) => boolean {
  return ({ use }) => use === 'layers' || images || until === 'sources';
}

async function buildPlanned(
  planned: PlannedBuild,
  sources: readonly FetchedSource[],
  docker: string,
  dependencies: Dependencies,
): Promise<Result> {
  const { request, baseOs, buildMode, plan } = planned;
  const { inputs, workFolder } = request;
  const { log, signal, treeCache, pgoProfileCache, suiteFolder, cacheFolder } = dependencies;
  const buildKey = await digestBuild(planned, sources, suiteFolder);
  const earlier = await reuseEarlierBuild(buildKey, sources, planned, dependencies);
  if (earlier !== undefined) return earlier;

  await fillContexts(sources, request);
  announceCompilation(baseOs.compilation, inputs, log);
  const result = { ...describeResult(planned, sources), isCached: false };
  const bake = (phase: 'Configure' | 'Train' | 'Compile', targets: readonly BakeTarget[]) =>
    log.group(`${phase} PHP ${result.php} (${buildMode}, ${inputs.cpu}, ${baseOs.baseOs})`, () =>
      runBake(toBakeDefinition(plan, targets), {
        docker,
        builder: inputs.builder,
        log,
        signal,
        logFile: join(
          cacheFolder,
          'logs',
          `php-${inputs.phpVersion}-${inputs.cpu}-${phase.toLowerCase()}.log`,
        ),
      }),
    );

  if (inputs.until === 'configured') {
    await bake('Configure', [{ kind: 'configured' }]);
    return { ...result, layers: [], images: [] };
  }
  if (buildMode === 'release') {
    await obtainPgoProfile({
      key: await digestPgoProfile(planned, sources),
      folder: pgoProfileFolder(workFolder),
      given: inputs.pgoProfile,
      cache: pgoProfileCache,
      log,
      train: (folder) => bake('Train', [{ kind: 'trained-profile', folder }]),
    });
  }
  const trees = join(workFolder, 'trees');
  await bake('Compile', listTargets(inputs, trees, buildKey));
  const finished = join(workFolder, 'finished');
  await finishTrees({ folder: trees, buildKey, sources }, finished, planned);
  if (inputs.cache) await treeCache.save(buildKey, finished, await readdir(finished));
  await placeTrees(finished, inputs.output, result.layers, dependencies);
  return result;
}

/** Fills the contexts that are in the work folder. */
async function fillContexts(
  sources: readonly FetchedSource[],
  { inputs, workFolder }: BuildRequest,
): Promise<void> {
  await mkdir(pgoProfileFolder(workFolder), { recursive: true });
  for (const use of uses) {
    await layOutSources(
      sources.filter((source) => source.use === use),
      sourceFolder(workFolder, use),
    );
  }
  await copyIniFiles(inputs.iniFiles, iniFileFolder(workFolder));
}

function listTargets(inputs: Inputs, trees: string, buildKey: string): readonly BakeTarget[] {
  const images = imageTags(inputs).map(
    ({ stage, tag }) => ({ kind: 'image', stage, tag, buildKey }) as const,
  );
  return [{ kind: 'trees', folder: trees }, ...(inputs.images ? images : [])];
}
