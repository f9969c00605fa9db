import { join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
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
  /** Folder that keeps verified archives between builds. */
  readonly sourceFolder: string;
  /** The PHP version's folder. Paths of signatures are relative to it. */
  readonly folder: string;
  readonly keyFolders: readonly string[];
}

/**
 * Fetches all archives of a PHP version. Verifies each by its hash and, if its signature is committed, by its signature.
 * Warns about an archive that upstream signs but whose signature is not committed.
 */
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
    const { isSigned, signature } = findSignature(artifacts, sha256);
    if (!isSigned) continue;
    if (signature?.file === undefined) {
      log.warning(
        `${name} ${version} is verified only by its SHA-256. Upstream signs it, but its signature is not committed. ` +
          'Run `npm run upgrade`, which fetches and verifies the signature.',
        { title: 'Source without a signature' },
      );
      continue;
    }
    const signed = { file, signature: join(folder, signature.file), keys: signature.keys, keyFolders };
    log.info(`${name} ${version}: signed by ${await verifySignature(signed)}`);
  }
  return sources;
}

/** Returns the signature of the fetched release (pinned or substitute), and whether upstream signs its releases. */
function findSignature(
  artifacts: readonly Artifact[],
  sha256: string,
): { readonly isSigned: boolean; readonly signature: Signature | undefined } {
  for (const artifact of artifacts) {
    const release = [artifact, ...artifact.substitutes].find((one) => one.sha256 === sha256);
    if (release === undefined) continue;
    const isSigned = artifact.feed === 'php' || artifact.signature !== undefined;
    return { isSigned: isSigned || release.signature !== undefined, signature: release.signature };
  }
  return { isSigned: false, signature: undefined };
}
