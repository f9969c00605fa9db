import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Cpu } from '#lib/layer/cpu.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError } from '#lib/node/errors.ts';
import { readZipEntries, readZipEntry, type ZipEntry } from './layer-zip.ts';
import { readMachine } from './machine.ts';

/** Result of unpacking one layer over others. */
export interface UnpackedLayer {
  readonly files: number;
  /** Total size of its regular files. */
  readonly sizeBytes: number;
  /** Paths of files of earlier layers that this layer replaced. */
  readonly replaced: readonly string[];
}

/** Length of the longest path on Linux, and therefore of the longest working target of a symbolic link. */
const longestPathBytes = 4096;

/**
 * Unpacks a layer's zip into `root` over earlier layers, as Lambda does at /opt: it keeps modes and symbolic links, and
 * replaces existing files. It never writes outside `root` or through a symbolic link.
 *
 * @param zip path of the zip
 * @param freeBytes number of bytes that may still be written
 * @throws ActionError if the zip is damaged or malicious, is for another CPU than `cpu`, or is too large
 */
export async function unpackLayer(
  zip: string,
  root: string,
  cpu: Cpu,
  freeBytes: number,
): Promise<UnpackedLayer> {
  const folders = new Set<string>();
  // Sizes by path. If a zip has a path twice, the last entry wins, as with other unpackers.
  const sizes = new Map<string, number>();
  const replaced: string[] = [];
  let sizeBytes = 0;
  for await (const entry of readZipEntries(zip)) {
    const path = toSafePath(zip, entry.name);
    const target = join(root, path);
    if (entry.isFolder) {
      await makeFolder(zip, root, path, folders);
      await chmod(target, folderMode(entry));
      continue;
    }
    await makeFolder(zip, root, posix.dirname(path), folders);
    const hasReplaced = await removeExisting(zip, target, path);
    if (hasReplaced && !sizes.has(path)) replaced.push(path);
    sizeBytes -= sizes.get(path) ?? 0;
    const size = await extract(zip, entry, target, freeBytes - sizeBytes);
    sizes.set(path, size);
    sizeBytes += size;
    if (!isSymlink(entry)) await checkMachine(zip, target, path, cpu);
  }
  return { files: sizes.size, sizeBytes, replaced };
}

/** Returns the size of a regular file, or 0 for a symbolic link. */
async function extract(zip: string, entry: ZipEntry, target: string, freeBytes: number): Promise<number> {
  if (isSymlink(entry)) {
    await symlink(await readLink(zip, entry), target);
    return 0;
  }
  return writeFile(zip, entry, target, freeBytes);
}

function toSafePath(zip: string, name: string): string {
  if (name.startsWith('/') || name.includes('\0') || name.split('/').includes('..')) {
    throw new ActionError(
      `Layer "${zip}" has the entry ${JSON.stringify(name)}. Names must be relative and must not contain "..".`,
    );
  }
  return posix.normalize(name).replace(/\/$/, '');
}

/** Makes a folder and its parents. Refuses a symbolic link in its place, because it could lead out of the root. */
async function makeFolder(zip: string, root: string, path: string, known: Set<string>): Promise<void> {
  if (path === '.' || known.has(path)) return;
  await makeFolder(zip, root, posix.dirname(path), known);
  const target = join(root, path);
  const found = await lstat(target).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    throw new ActionError(
      `Layer "${zip}" has entries below "${path}", which is a file or a symbolic link and not a folder.`,
    );
  }
  if (found === undefined) {
    await mkdir(target);
    await chmod(target, 0o755);
  }
  known.add(path);
}

async function removeExisting(zip: string, target: string, path: string): Promise<boolean> {
  const found = await lstat(target).catch(() => undefined);
  if (found === undefined) return false;
  if (found.isDirectory()) {
    throw new ActionError(
      `Layer "${zip}" has the file "${path}", but an earlier layer or entry has a folder with this path.`,
    );
  }
  await rm(target);
  return true;
}

function isSymlink({ mode = 0 }: ZipEntry): boolean {
  return (mode & 0o170000) === 0o120000;
}

// The owner, who is not Lambda's user, must be able to read the files, and to remove the folders afterwards.
function fileMode({ mode = 0o644 }: ZipEntry): number {
  return (mode & 0o777) | 0o600;
}

function folderMode({ mode = 0o755 }: ZipEntry): number {
  return (mode & 0o777) | 0o700;
}

async function writeFile(zip: string, entry: ZipEntry, target: string, freeBytes: number): Promise<number> {
  const refusal =
    `Layer "${zip}" is too large: all layers of a function may have at most ` +
    `${unzippedLimitBytes.toLocaleString('en')} bytes unzipped, and "${entry.name}" exceeds this limit.`;
  const size = await entry.extract(createWriteStream(target, { flags: 'wx' }), freeBytes, refusal);
  await chmod(target, fileMode(entry));
  return size;
}

async function readLink(zip: string, entry: ZipEntry): Promise<string> {
  const refusal =
    `Layer "${zip}" has the symbolic link "${entry.name}", whose target is longer than ` +
    `${longestPathBytes} bytes.`;
  return (await readZipEntry(entry, longestPathBytes, refusal)).toString();
}

async function checkMachine(zip: string, file: string, path: string, cpu: Cpu): Promise<void> {
  const found = await readMachine(file);
  if (found === undefined || found === cpu) return;
  throw new ActionError(
    `Layer "${zip}" is for another CPU: "${path}" is machine code for ${found}, but the input "cpu" is ${cpu}.`,
  );
}
