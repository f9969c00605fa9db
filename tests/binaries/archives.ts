import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type AptEntry,
  findRelease,
  parseDeb822,
  readAptEntries,
  readDebianCodename,
} from '#lib/base-os/apt-sources.ts';
import { baseOsImage } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import { createRun, type Run } from '#lib/node/command.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';
import type { Logger } from '#lib/node/logger.ts';
import { download } from '#lib/sources/download.ts';
import type { Archive, DebianPackage, NpmPackage } from './pins.ts';

export interface FetchedArchive {
  readonly archive: Archive;
  readonly file: string;
}

/** A pinned archive that no server delivers. */
export class UnreachableArchive extends ActionError {}

export interface FetchPlaces {
  /** Folder that keeps verified archives between runs. */
  readonly folder: string;
  /** Addresses of mirrors of Debian, in the order in which they are tried. */
  readonly addresses: readonly string[];
}

/**
 * Returns the folder of this checkout, and the mirror in the configuration of apt: the machine's own if it is Debian,
 * otherwise the one in the image that the tests run on.
 */
export async function findPlaces(log: Logger): Promise<FetchPlaces> {
  const codename = await readDebianCodename();
  const entries = codename === undefined ? await readImageEntries(log) : await readAptEntries();
  const mirror = findRelease(entries, codename ?? 'bookworm')?.uri;
  return {
    folder: resolve('.cache/binaries/archives'),
    addresses: mirror === undefined ? [] : [mirror.replace(/\/$/, '')],
  };
}

async function readImageEntries(log: Logger): Promise<readonly AptEntry[]> {
  const run = createRun(log);
  const { stdout } = await run([
    await findDocker(run),
    ...['run', '--rm', '--network', 'none', '--entrypoint', 'cat'],
    ...[baseOsImage('debian-12', 'x86'), '/etc/apt/sources.list.d/debian.sources'],
  ]);
  return parseDeb822(stdout);
}

/**
 * Fetches archives into a folder, named by their SHA-256. An archive that the folder already has is verified again, but
 * not fetched.
 *
 * @throws UnreachableArchive if an archive cannot be downloaded
 * @throws ActionError if a server delivers other bytes than the pinned ones
 */
export async function fetchArchives(
  archives: readonly Archive[],
  log: Logger,
  places: FetchPlaces,
): Promise<readonly FetchedArchive[]> {
  await mkdir(places.folder, { recursive: true });
  const run = createRun(log);
  const fetched: FetchedArchive[] = [];
  const waiting = archives.entries();
  // Debian's packages are many and small.
  const fetchRest = async () => {
    for (const [index, archive] of waiting) {
      fetched[index] = { archive, file: await fetchArchive(archive, places, run, log) };
    }
  };
  await Promise.all(Array.from({ length: 6 }, fetchRest));
  return fetched;
}

async function fetchArchive(
  archive: Archive,
  { folder, addresses }: FetchPlaces,
  run: Run,
  log: Logger,
): Promise<string> {
  const file = join(folder, archive.sha256);
  if ((await hashFile(file)) === archive.sha256) return file;
  const work = await mkdtemp(join(folder, 'download-'));
  try {
    const path =
      'npm' in archive
        ? await packNpm(archive, work, run)
        : await downloadPackage(archive, work, addresses, log);
    const found = await hashFile(path);
    if (found !== archive.sha256) {
      throw new ActionError(
        `The downloaded ${nameOf(archive)} is not the pinned one: expected SHA-256 ${archive.sha256}, found ${found}. ` +
          'It is not used. If the archive was really replaced, verify the new one and pin its hash.',
      );
    }
    await rename(path, file);
    return file;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function packNpm({ npm, version }: NpmPackage, folder: string, run: Run): Promise<string> {
  try {
    await run(['npm', 'pack', '--silent', '--pack-destination', folder, `${npm}@${version}`]);
  } catch (cause) {
    throw new UnreachableArchive(`npm cannot download ${npm} ${version}.`, { cause });
  }
  return join(folder, (await readdir(folder))[0] ?? '');
}

async function downloadPackage(
  archive: DebianPackage,
  folder: string,
  addresses: readonly string[],
  log: Logger,
): Promise<string> {
  const path = join(folder, 'package.deb');
  const failures: string[] = [];
  for (const address of addresses) {
    try {
      await download(`${address}/${archive.path}`, path, log);
      return path;
    } catch (error) {
      failures.push(describeError(error));
    }
  }
  throw new UnreachableArchive(
    addresses.length === 0
      ? `${nameOf(archive)} cannot be downloaded, because apt is configured without a mirror of Debian.`
      : `${nameOf(archive)} cannot be downloaded. If the mirror has deleted it, pin the newer one with tests/binaries/pin.ts.\n  ${failures.join('\n  ')}`,
  );
}

export function nameOf(archive: Archive): string {
  return `${'npm' in archive ? archive.npm : archive.debian} ${archive.version}`;
}
