import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseIdentity, identifyBase } from '#lib/base-os/base-os.ts';
import { findClient } from '#lib/docker/client.ts';
import type { Artifact, Release, Use } from '#lib/sources/sources.ts';
import { hasImages } from '../bake/images.ts';
import { type Build, describeResult, digestOf, type Result, toBaseDependencies } from '../build.ts';
import { layerNames, placeTrees, readTreeDigest } from '../trees.ts';

type Source = { readonly name: string; readonly use: Use } & Pick<Release, 'version' | 'sha256'>;

/**
 * What an earlier build made of the same things, if it can be known in seconds what this one would be made from: no
 * archive is fetched, no base made, and no engine needed unless images are wanted.
 */
export async function findEarlierBuild(build: Build): Promise<Result | undefined> {
  const { inputs, artifacts, cacheFolder, run } = build;
  if (!inputs.cache || inputs.until !== 'layers') return undefined;
  const sources = artifacts.map((artifact) => expectSource(artifact, join(cacheFolder, 'sources')));
  const docker = await findClient(run);
  const base = await identifyBase(inputs.base, inputs.cpu, await toBaseDependencies(build, docker));
  if (base === undefined) return undefined;
  return await reuseEarlierBuild(await digestOf(build, sources, base), sources, base, build);
}

/** The release that will be built: one whose archive is here, else the pinned one. */
function expectSource(artifact: Artifact, folder: string): Source {
  const releases = [artifact, ...artifact.substitutes];
  const { version, sha256 } =
    releases.find((release) => existsSync(join(folder, release.sha256))) ?? artifact;
  return { name: artifact.name, version, sha256, use: artifact.use };
}

/** Trees that have this key: those in place, else the cache's. Images, where they are wanted, must be in the engine. */
export async function reuseEarlierBuild(
  key: string,
  sources: readonly Pick<Source, 'name' | 'version'>[],
  base: BaseIdentity,
  build: Build,
): Promise<Result | undefined> {
  const { inputs, log, run, treeCache, work } = build;
  if (!inputs.cache || inputs.until !== 'layers') return undefined;
  if (inputs.images && !(await hasImages(inputs, key, run))) return undefined;
  const result = { ...describeResult(build, sources, base), isCached: true };
  const names = result.layers.join(', ');
  if (await areInPlace(key, build)) {
    log.info(`Nothing has changed: ${names} are built.`);
    return result;
  }
  const entry = await treeCache.restore(key);
  if (entry === undefined) return undefined;
  const finished = join(work, 'finished');
  await cp(entry, finished, { recursive: true, verbatimSymlinks: true });
  await placeTrees(finished, inputs.output, result.layers);
  log.info(`${names} come from the cache: an earlier build was made of the same things.`);
  return result;
}

/** `console` has no key of its own: it comes with any build. */
async function areInPlace(key: string, { inputs }: Build): Promise<boolean> {
  const { function: functionLayer, fpm } = layerNames(inputs.phpVersion, inputs.cpu);
  const digests = await Promise.all(
    [functionLayer, fpm].map((layer) => readTreeDigest(inputs.output, layer)),
  );
  return digests.every((digest) => digest === key);
}
