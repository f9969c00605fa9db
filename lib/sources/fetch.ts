import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WriteRefused } from '#lib/node/atomic-write.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';
import type { Logger } from '#lib/node/logger.ts';
import { Stopped } from '#lib/node/signals.ts';
import type { DebianArchive } from './debian-source.ts';
import type { Artifact, DebianOrigin, Release, Use } from './sources.ts';

/** A release that a build uses, and the file with its bytes. */
export interface FetchedSource {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** Upstream's URL of these bytes, even if they came from a mirror. Undefined if only Debian has them. */
  readonly url: string | undefined;
  readonly file: string;
  readonly use: Use;
}

export interface FetchDependencies {
  readonly debian: DebianArchive;
  readonly download: (url: string, path: string) => Promise<void>;
  readonly log: Logger;
}

/**
 * Fetches the archives of artifacts into `folder`, named by their SHA-256. Every archive is verified. An archive that
 * `folder` already has is not fetched again if its hash is right. An optional artifact that cannot be downloaded is left
 * out, with a warning.
 *
 * @throws ActionError if an artifact cannot be downloaded (names every URL that was tried), or at once if a URL delivers
 * other bytes than the pinned ones, the disk is full, or a signal stops the download
 */
export async function fetchSources(
  artifacts: readonly Artifact[],
  folder: string,
  dependencies: FetchDependencies,
): Promise<readonly FetchedSource[]> {
  await mkdir(folder, { recursive: true });
  const fetched: FetchedSource[] = [];
  for (const artifact of artifacts) {
    const source = await fetchArtifact(artifact, folder, dependencies);
    if (source !== undefined) fetched.push(source);
  }
  return fetched;
}

async function fetchArtifact(
  artifact: Artifact,
  folder: string,
  dependencies: FetchDependencies,
): Promise<FetchedSource | undefined> {
  const failures: unknown[] = [];
  for (const release of [artifact, ...artifact.substitutes]) {
    try {
      const file = await obtainRelease(artifact.name, release, folder, dependencies);
      if (release !== artifact) {
        dependencies.log.warning(
          `${artifact.name} ${artifact.version} cannot be downloaded, so ${release.version} is built instead.`,
        );
      }
      return toFetchedSource(artifact, release, file);
    } catch (error) {
      if (isFinal(error)) throw error;
      failures.push(error);
    }
  }
  if (artifact.isOptional) {
    dependencies.log.warning(
      `${artifact.name} ${artifact.version} is left out because it cannot be downloaded.`,
    );
    return undefined;
  }
  const list = failures.map((failure) => `\n  - ${describeError(failure)}`).join('');
  throw new ActionError(`${artifact.name} ${artifact.version} cannot be downloaded from any source:${list}`);
}

function toFetchedSource(
  { name, use }: Artifact,
  { version, sha256, urls }: Release,
  file: string,
): FetchedSource {
  return { name, version, sha256, url: urls[0], file, use };
}

/**
 * Returns the file of a release: the kept one, or a new download. A kept substitute must not hide the pinned release, so the
 * caller asks for one release after the other.
 */
async function obtainRelease(
  name: string,
  release: Release,
  folder: string,
  dependencies: FetchDependencies,
): Promise<string> {
  const file = join(folder, release.sha256);
  if ((await hashFile(file)) === release.sha256) return file;
  return await fetchRelease(name, release, folder, dependencies);
}

async function fetchRelease(
  name: string,
  release: Release,
  folder: string,
  { debian, download, log }: FetchDependencies,
): Promise<string> {
  const file = join(folder, release.sha256);
  const partial = `${file}.part`;
  const failures: string[] = [];
  for (const origin of [...release.urls, ...(release.debian === undefined ? [] : [release.debian])]) {
    try {
      const url = typeof origin === 'string' ? origin : await debian.locate(origin);
      log.info(`Downloading ${name} ${release.version} from ${describeOrigin(origin)} ...`);
      const hadPart = existsSync(partial);
      await download(url, partial);
      if (hadPart && (await hashFile(partial)) !== release.sha256) {
        // The old part may be wrong. Only a complete download proves that the URL delivers wrong bytes.
        await rm(partial);
        await download(url, partial);
      }
      await verify(partial, name, release, url);
      await rename(partial, file);
      return file;
    } catch (error) {
      if (isFinal(error)) {
        await rm(partial, { force: true });
        throw error;
      }
      failures.push(describeError(error));
    }
  }
  throw new ActionError(`${name} ${release.version}:\n    ${failures.join('\n    ')}`);
}

/** A URL delivered other bytes than the pinned ones. A person must look at that, so no other URL is tried. */
class WrongBytes extends ActionError {}

/** Whether no other URL is tried after this error. Partial files are then removed. */
function isFinal(error: unknown): boolean {
  return error instanceof WrongBytes || error instanceof WriteRefused || error instanceof Stopped;
}

async function verify(file: string, name: string, { sha256 }: Release, url: string): Promise<void> {
  const found = await hashFile(file);
  if (found === sha256) return;
  throw new WrongBytes(
    `${url} is not the ${name} that sources.json pins: expected SHA-256 ${sha256}, found ${found}. ` +
      'Nothing was built. If upstream really replaced the file, verify the new file and pin its hash.',
  );
}

/** Copies archives into the folder of a named build context, as `<name>.tar`. */
export async function layOutSources(sources: readonly FetchedSource[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, file } of sources) await copyFile(file, join(folder, `${name}.tar`));
}

function describeOrigin(origin: string | DebianOrigin): string {
  return typeof origin === 'string' ? origin : `Debian ${origin.suite} (${origin.file})`;
}
