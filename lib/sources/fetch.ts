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

/** What went into a build: an artifact's name, the release that was used, and the file that holds its bytes. */
export interface FetchedSource {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** Upstream's address of these bytes, whichever mirror they came from; undefined where only Debian has them. */
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
 * Has every artifact's verified archive in `folder`, under its SHA-256: what is there already is verified again and
 * not fetched. Throws where an artifact cannot be had at all, naming every address that was tried (an optional one is
 * left out), and at once where an address gives other bytes than were pinned, where the disk is full, and when it is
 * stopped.
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
  const releases = [artifact, ...artifact.substitutes];
  for (const release of releases) {
    const file = join(folder, release.sha256);
    if ((await hashFile(file)) === release.sha256) return describe(artifact, release, file);
  }
  const faults: unknown[] = [];
  for (const release of releases) {
    try {
      const file = await fetchRelease(artifact.name, release, folder, dependencies);
      if (release !== artifact) {
        dependencies.log.warning(
          `${artifact.name} ${release.version} is built in place of ${artifact.version}, which cannot be reached.`,
        );
      }
      return describe(artifact, release, file);
    } catch (error) {
      if (isFinal(error)) throw error;
      faults.push(error);
    }
  }
  if (artifact.isOptional) {
    dependencies.log.warning(`${artifact.name} ${artifact.version} is left out: it cannot be reached.`);
    return undefined;
  }
  const list = faults.map((fault) => `\n  - ${describeError(fault)}`).join('');
  throw new ActionError(`The source of ${artifact.name} ${artifact.version} cannot be had:${list}`);
}

function describe({ name, use }: Artifact, { version, sha256, urls }: Release, file: string): FetchedSource {
  return { name, version, sha256, url: urls[0], file, use };
}

async function fetchRelease(
  name: string,
  release: Release,
  folder: string,
  { debian, download, log }: FetchDependencies,
): Promise<string> {
  const file = join(folder, release.sha256);
  const partial = `${file}.part`;
  const faults: string[] = [];
  for (const origin of [...release.urls, ...(release.debian === undefined ? [] : [release.debian])]) {
    try {
      const url = typeof origin === 'string' ? origin : await debian.locate(origin);
      log.info(`${name} ${release.version}: ${describeOrigin(origin)}`);
      const hadPart = existsSync(partial);
      await download(url, partial);
      if (hadPart && (await hashFile(partial)) !== release.sha256) {
        // The part that was here may be what is wrong: only a whole download can accuse the address.
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
      faults.push(describeError(error));
    }
  }
  throw new ActionError(`${name} ${release.version}:\n    ${faults.join('\n    ')}`);
}

/** An address gave other bytes than were pinned: a fault that no other address mends. */
class WrongBytes extends ActionError {}

/** Whether asking elsewhere is of no use: then nothing stays of what was fetched. */
function isFinal(error: unknown): boolean {
  return error instanceof WrongBytes || error instanceof WriteRefused || error instanceof Stopped;
}

async function verify(file: string, name: string, { sha256 }: Release, url: string): Promise<void> {
  const found = await hashFile(file);
  if (found === sha256) return;
  throw new WrongBytes(
    `${url} is not the ${name} that sources.json pins: expected SHA-256 ${sha256}, found ${found}. ` +
      'Nothing was built. If upstream really replaced the file, verify it and pin the new hash.',
  );
}

/** Lays archives out as a context of the Dockerfile's: `<name>.tar`. */
export async function layOutSources(sources: readonly FetchedSource[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, file } of sources) await copyFile(file, join(folder, `${name}.tar`));
}

function describeOrigin(origin: string | DebianOrigin): string {
  return typeof origin === 'string' ? origin : `${origin.file} of Debian ${origin.suite}`;
}
