import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import JSZip from 'jszip';
import type { Cpu } from '#lib/layer/cpu.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError } from '#lib/node/errors.ts';
import { readMachine } from './machine.ts';

/** What unpacking one layer over others did. */
export interface Unpacked {
  readonly files: number;
  /** Bytes of its regular files. */
  readonly size: number;
  /** Paths of earlier layers that it replaced. */
  readonly replaced: readonly string[];
}

/** A zip in memory, and the name by which errors call it. */
export interface Zip {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Longest path that Linux takes, and so the longest target of a symbolic link that can work. */
const longestPath = 4096;

/**
 * Unpacks a layer's zip into `root` over what is there, as Lambda does at /opt: modes and symbolic links are kept,
 * later files win. Nothing is ever written outside `root` or through a symbolic link.
 *
 * @param room bytes that may still be written
 * @throws ActionError where the zip is damaged or hostile, is for another CPU than `cpu`, or is too large
 */
export async function unpackLayer(
  { name: zip, bytes }: Zip,
  root: string,
  cpu: Cpu,
  room: number,
): Promise<Unpacked> {
  const entries = await readEntries(zip, bytes);
  const folders = new Set<string>();
  const replaced: string[] = [];
  let files = 0;
  let size = 0;
  for (const entry of entries) {
    const path = safePath(zip, entry);
    const target = join(root, path);
    if (entry.dir) {
      await makeFolder(zip, root, path, folders);
      await chmod(target, folderMode(entry));
      continue;
    }
    await makeFolder(zip, root, posix.dirname(path), folders);
    if (await removeEarlier(zip, target, path)) replaced.push(path);
    files += 1;
    if (isSymlink(entry)) {
      await symlink(await readLink(zip, entry), target);
      continue;
    }
    size += await writeFile(zip, entry, target, room - size);
    await checkMachine(zip, target, path, cpu);
  }
  return { files, size, replaced };
}

async function readEntries(zip: string, bytes: Buffer): Promise<readonly JSZip.JSZipObject[]> {
  try {
    const content = await JSZip.loadAsync(bytes);
    return Object.values(content.files);
  } catch (cause) {
    throw new ActionError(`Layer "${zip}" is not a zip file, or a damaged one; make it anew.`, { cause });
  }
}

/** The entry's path below the root. jszip makes climbing names harmless silently; here they are refused. */
function safePath(zip: string, entry: JSZip.JSZipObject): string {
  const name = entry.unsafeOriginalName ?? entry.name;
  if (name.startsWith('/') || name.includes('\0') || name.split('/').includes('..')) {
    throw new ActionError(
      `Layer "${zip}" has the entry ${JSON.stringify(name)}; names must be relative and must not climb with "..".`,
    );
  }
  return posix.normalize(name).replace(/\/$/, '');
}

/** Makes a folder and those above it. A symbolic link in their place could lead out of the root: it is refused. */
async function makeFolder(zip: string, root: string, path: string, known: Set<string>): Promise<void> {
  if (path === '.' || known.has(path)) return;
  await makeFolder(zip, root, posix.dirname(path), known);
  const target = join(root, path);
  const found = await lstat(target).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    throw new ActionError(
      `Layer "${zip}" has entries below "${path}", which is a file or a symbolic link and no folder.`,
    );
  }
  if (found === undefined) {
    await mkdir(target);
    await chmod(target, 0o755);
  }
  known.add(path);
}

async function removeEarlier(zip: string, target: string, path: string): Promise<boolean> {
  const found = await lstat(target).catch(() => undefined);
  if (found === undefined) return false;
  if (found.isDirectory()) {
    throw new ActionError(
      `Layer "${zip}" has the file "${path}" where an earlier layer or entry has a folder.`,
    );
  }
  await rm(target);
  return true;
}

function isSymlink(entry: JSZip.JSZipObject): boolean {
  return (Number(entry.unixPermissions ?? 0) & 0o170000) === 0o120000;
}

/**
 * Zips made elsewhere than on Unix say nothing of modes. The owner, who is not Lambda's user, keeps what it takes to
 * look into files and to remove folders again.
 */
function fileMode(entry: JSZip.JSZipObject): number {
  return (Number(entry.unixPermissions ?? 0o644) & 0o777) | 0o600;
}

function folderMode(entry: JSZip.JSZipObject): number {
  return (Number(entry.unixPermissions ?? 0o755) & 0o777) | 0o700;
}

/** Streams one entry to a new file, at most `room` bytes of it, and returns how many there were. */
async function writeFile(
  zip: string,
  entry: JSZip.JSZipObject,
  target: string,
  room: number,
): Promise<number> {
  const refusal =
    `Layer "${zip}" is too large: unzipped, all layers of a function may have ` +
    `${unzippedLimitBytes.toLocaleString('en')} bytes, and "${entry.name}" exceeds that.`;
  const { meter, passed } = createMeter(room, refusal);
  await inflate(zip, entry, [meter, createWriteStream(target, { flags: 'wx' })]);
  await chmod(target, fileMode(entry));
  return passed();
}

/** The target of a symbolic link. */
async function readLink(zip: string, entry: JSZip.JSZipObject): Promise<string> {
  const refusal = `Layer "${zip}" has the symbolic link "${entry.name}", whose target is longer than ${longestPath} bytes.`;
  const chunks: Buffer[] = [];
  const collect = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await inflate(zip, entry, [createMeter(longestPath, refusal).meter, collect]);
  return Buffer.concat(chunks).toString();
}

/** Lets at most `limit` bytes pass: what an entry says of its own size is not to be trusted. */
function createMeter(limit: number, refusal: string) {
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= limit) done(null, chunk);
      else done(new ActionError(refusal));
    },
  });
  return { meter, passed: () => size };
}

async function inflate(
  zip: string,
  entry: JSZip.JSZipObject,
  [meter, end]: readonly [Transform, Writable],
): Promise<void> {
  try {
    await pipeline(new Readable().wrap(entry.nodeStream()), meter, end);
  } catch (cause) {
    if (cause instanceof ActionError) throw cause;
    throw new ActionError(`"${entry.name}" of layer "${zip}" cannot be unpacked; make the zip anew.`, {
      cause,
    });
  }
}

async function checkMachine(zip: string, file: string, path: string, cpu: Cpu): Promise<void> {
  const found = await readMachine(file);
  if (found === undefined || found === cpu) return;
  throw new ActionError(
    `Layer "${zip}" is for another CPU: "${path}" is machine code for ${found}, and the input "cpu" is ${cpu}.`,
  );
}
