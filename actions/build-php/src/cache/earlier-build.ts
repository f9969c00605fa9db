import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyBaseOs } from '#lib/base-os/identify.ts';
import { findDockerClient } from '#lib/docker/client.ts';
import type { Artifact, Release, Use } from '#lib/sources/sources.ts';
import { hasImages } from '../bake/find-images.ts';
import { toBaseOsOptions } from '../base-os-options.ts';
import type { Dependencies } from '../dependencies.ts';
import { type PlannedBuild, planBuild } from '../plan-build.ts';
import type { BuildRequest } from '../request.ts';
import { describeResult, type Result } from '../result.ts';
import { layerNames, placeTrees, readBuildKey } from '../trees.ts';
import { digestBuild } from './build-key.ts';

type Source = { readonly name: string; readonly use: Use } & Pick<Release, 'version' | 'sha256'>;

/**
 * Returns the result of an earlier build with the same key, or undefined if there is none or the base OS is not known
 * yet. Takes seconds: makes no base OS image, and needs the engine only for images.
 *
 * @param fetchSources called only if a build may use another release than before
 */
export async function findEarlierBuild(
  request: BuildRequest,
  dependencies: Pick<Dependencies, 'run' | 'log' | 'signal' | 'treeCache' | 'suiteFolder' | 'cacheFolder'>,
  fetchSources: () => Promise<readonly Source[]>,
): Promise<Result | undefined> {
  const { inputs, artifacts } = request;
  const { run, suiteFolder, cacheFolder } = dependencies;
  if (!mayReuse(request)) return undefined;
  const docker = await findDockerClient(run);
  const options = await toBaseOsOptions(inputs, docker, dependencies);
  const baseOs = await identifyBaseOs(inputs.baseOs, inputs.cpu, options);
  if (baseOs === undefined) return undefined;
  const planned = planBuild(request, baseOs, suiteFolder);
  const known = artifacts.map((artifact) => predictSource(artifact, join(cacheFolder, 'sources')));
  const sources = known.every((source) => source !== undefined) ? known : await fetchSources();
  const buildKey = await digestBuild(planned, sources, suiteFolder);
  return await reuseEarlierBuild(buildKey, sources, planned, dependencies);
}

function mayReuse({ inputs }: BuildRequest): boolean {
  return inputs.cache && inputs.until === 'layers';
}

/**
 * Returns the release that a build would use. Undefined if only a substitute has an archive in the folder: then a build tries
 * to download the pinned release first.
 */
function predictSource(artifact: Artifact, folder: string): Source | undefined {
  const isKept = ({ sha256 }: Release) => existsSync(join(folder, sha256));
  if (!isKept(artifact) && artifact.substitutes.some(isKept)) return undefined;
  const { name, version, sha256, use } = artifact;
  return { name, version, sha256, use };
}

/** Returns the result of an earlier build if its trees are in place or in the cache, and its images are in the engine. */
export async function reuseEarlierBuild(
  buildKey: string,
  sources: readonly Pick<Source, 'name' | 'version'>[],
  planned: PlannedBuild,
  dependencies: Pick<Dependencies, 'run' | 'log' | 'signal' | 'treeCache' | 'cacheFolder'>,
): Promise<Result | undefined> {
  const { run, log, treeCache } = dependencies;
  const { inputs, workFolder } = planned.request;
  if (!mayReuse(planned.request)) return undefined;
  if (inputs.images && !(await hasImages(inputs, buildKey, run))) return undefined;
  const result = { ...describeResult(planned, sources), isCached: true };
  const names = result.layers.join(', ');
  if (await areTreesInPlace(buildKey, planned.request)) {
    log.info(`Nothing has changed: ${names} are up to date.`);
    return result;
  }
  const entry = await treeCache.restore(buildKey);
  if (entry === undefined) return undefined;
  const finished = join(workFolder, 'finished');
  await cp(entry, finished, { recursive: true, verbatimSymlinks: true });
  await placeTrees(finished, inputs.output, result.layers, dependencies);
  log.info(`Restored ${names} from the cache: an earlier build had the same inputs.`);
  return result;
}

/** Does not check `console`, which is the same in all builds and has no key. */
async function areTreesInPlace(buildKey: string, { inputs }: BuildRequest): Promise<boolean> {
  const { function: functionLayer, fpm } = layerNames(inputs.phpVersion, inputs.cpu);
  const keys = await Promise.all([functionLayer, fpm].map((layer) => readBuildKey(inputs.output, layer)));
  return keys.every((key) => key === buildKey);
}
