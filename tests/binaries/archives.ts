import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findRelease, readAptEntries, readDebianCodename } from '#lib/base-os/apt-sources.ts';
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

/** A pinned archive that no server delivers. Binaries that need it are skipped. */
export class UnreachableArchive extends ActionError {}

/** Kept between runs and ignored by Git. */
export const archiveFolder = resolve('.cache/binaries/archives');

/** Debian's own addresses. Its mirrors delete old versions of packages; the second one keeps all. */

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
  folder = archiveFolder,
): Promise<readonly FetchedArchive[]> {
  await mkdir(folder, { recursive: true });
  const run = createRun(log);
  const fetched: FetchedArchive[] = [];
  const waiting = archives.values();
  // Debian's packages are many and small.
  const fetchRest = async () => {
    for (const archive of waiting) fetched.push({ archive, file: await fetchArchive(archive, folder, run, log) });
  };
  await Promise.all(Array.from({ length: 6 }, fetchRest));
  return fetched;
}

async function fetchArchive(archive: Archive, folder: string, run: Run, log: Logger): Promise<string> {
  const file = join(folder, archive.sha256);
  if ((await hashFile(file)) === archive.sha256) return file;
  const work = await mkdtemp(join(tmpdir(), 'archive-'));
  try {
    const path = 'npm' in archive ? await packNpm(archive, work, run) : await downloadPackage(archive, work, log);
    const found = await hashFile(path);
    if (found !== archive.sha256) {
      throw new ActionError(
        `The downloaded ${nameOf(archive)} is not the pinned one: expected SHA-256 ${archive.sha256}, found ${found}. ` +
          'Nothing was tested. If the archive was really replaced, verify the new one and pin its hash.',
      );
    }
    await run(['mv', path, `${file}.part`]);
    await rename(`${file}.part`, file);
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

/** Downloads from the mirror of this machine's apt, or else from Debian. */
async function downloadPackage(archive: DebianPackage, folder: string, log: Logger): Promise<string> {
  const path = join(folder, 'package.deb');
  const failures: string[] = [];
  for (const address of await listAddresses()) {
    try {
      await download(`${address}/${archive.path}`, path, log);
      return path;
    } catch (error) {
      failures.push(describeError(error));
    }
  }
  throw new UnreachableArchive(`${nameOf(archive)} cannot be downloaded:\n  ${failures.join('\n  ')}`);
}

async function listAddresses(): Promise<readonly string[]> {
  const codename = await readDebianCodename();
  const own = codename === undefined ? undefined : findRelease(await readAptEntries(), codename)?.uri;
  return own === undefined ? debianAddresses : [own.replace(/\/$/, ''), ...debianAddresses];
}

export function nameOf(archive: Archive): string {
  return `${'npm' in archive ? archive.npm : archive.debian} ${archive.version}`;
}
