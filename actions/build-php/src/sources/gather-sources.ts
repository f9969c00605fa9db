import { join } from 'node:path';
import type { Run } from '../../../shared/command.ts';
import type { Logger } from '../../../shared/logger.ts';
import { openDebianArchive } from './debian-source.ts';
import { defaultLimits, download } from './download.ts';
import { type FetchedSource, fetchSources } from './fetch.ts';
import { type Signature, verifySignature } from './signature.ts';
import type { SourceCache } from './source-cache.ts';
import type { Artifact } from './sources.ts';

export interface GatherOptions {
  readonly run: Run;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly cache: SourceCache;
  /** Where verified archives are kept between builds. */
  readonly sourceFolder: string;
  /** The version's folder, to which signatures are relative. */
  readonly folder: string;
  readonly keyFolders: readonly string[];
}

/** Has every archive that a version is made from: by its hash, and by upstream's signature where one is committed. */
export async function gatherSources(
  artifacts: readonly Artifact[],
  { run, log, signal, cache, sourceFolder, folder, keyFolders }: GatherOptions,
): Promise<readonly FetchedSource[]> {
  await using debian = openDebianArchive(run);
  const key = artifacts.map(({ sha256 }) => sha256.slice(0, 8)).join('-');
  await cache.restore(sourceFolder, key);
  const sources = await fetchSources(artifacts, sourceFolder, {
    debian,
    log,
    download: (url, path) => download(url, path, log, defaultLimits, signal),
  });
  await cache.save(sourceFolder, key);
  for (const { name, version, sha256, file } of sources) {
    const signature = findSignature(artifacts, sha256);
    if (signature === undefined) continue;
    if (signature.file === undefined) {
      log.info(`${name} ${version}: verified by its hash alone; its signature is not committed yet.`);
      continue;
    }
    const signed = { file, signature: join(folder, signature.file), keys: signature.keys, keyFolders };
    log.info(`${name} ${version}: signed by ${await verifySignature(signed)}`);
  }
  return sources;
}

/** The signature of the very release that was fetched, be it the pinned one or a substitute. */
function findSignature(artifacts: readonly Artifact[], sha256: string): Signature | undefined {
  const releases = artifacts.flatMap((artifact) => [artifact, ...artifact.substitutes]);
  return releases.find((release) => release.sha256 === sha256)?.signature;
}
