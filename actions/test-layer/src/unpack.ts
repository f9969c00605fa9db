import { createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, open, readFile, rm, symlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import JSZip from 'jszip';
import { type Cpu, cpus } from '../../shared/cpu.ts';
import { ActionError } from '../../shared/errors.ts';

/**
 * What Lambda allows a function to have unzipped, its layers included, in bytes (250 MB):
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. Also what stops a zip bomb.
 */
export const maximumUnzippedSize = 262_144_000;

/** What unpacking one layer over others did. */
export interface Unpacked {
  readonly files: number;
  /** Bytes of its regular files. */
  readonly size: number;
  /** Paths of earlier layers that it replaced. */
  readonly replaced: readonly string[];
}

/**
 * Unpacks a layer's zip into `root` over what is there, as Lambda does at /opt: modes and symbolic links are kept,
 * later files win. Nothing is ever written outside `root` or through a symbolic link.
 *
 * @param room bytes that may still be written
 * @throws ActionError where the zip is missing, damaged or hostile, is for another CPU than `cpu`, or is too large
 */
export async function unpackLayer(zip: string, root: string, cpu: Cpu, room: number): Promise<Unpacked> {
  const entries = await readEntries(zip);
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
      await symlink(await entry.async('string'), target);
      continue;
    }
    size += await writeFile(zip, entry, target, room - size);
    await checkMachine(zip, target, path, cpu);
  }
  return { files, size, replaced };
}

async function readEntries(zip: string): Promise<readonly JSZip.JSZipObject[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(zip);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new ActionError(`"${zip}" cannot be read.`, { cause });
    throw new ActionError(`Layer "${zip}" does not exist; build it first, or correct the input "layers".`);
  }
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

/** Zips made elsewhere than on Unix say nothing of modes. */
function fileMode(entry: JSZip.JSZipObject): number {
  return Number(entry.unixPermissions ?? 0o644) & 0o777;
}

/** The owner, who is not Lambda's user, keeps write access so that the folder can be removed again. */
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
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size <= room) return done(null, chunk);
      done(
        new ActionError(
          `Layer "${zip}" is too large: unzipped, all layers of a function may have ` +
            `${maximumUnzippedSize.toLocaleString('en')} bytes, and "${entry.name}" exceeds that.`,
        ),
      );
    },
  });
  try {
    await pipeline(
      new Readable().wrap(entry.nodeStream()),
      measure,
      createWriteStream(target, { flags: 'wx' }),
    );
  } catch (cause) {
    if (cause instanceof ActionError) throw cause;
    throw new ActionError(`"${entry.name}" of layer "${zip}" cannot be unpacked; make the zip anew.`, {
      cause,
    });
  }
  await chmod(target, fileMode(entry));
  return size;
}

/** e_machine of the ELF header, by CPU: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const machines: Readonly<Record<Cpu, number>> = { x86: 62, arm: 183 };

async function checkMachine(zip: string, file: string, path: string, cpu: Cpu): Promise<void> {
  const header = Buffer.alloc(20);
  await using handle = await open(file);
  const { bytesRead } = await handle.read(header, 0, header.length, 0);
  if (bytesRead < header.length || header.toString('latin1', 0, 4) !== '\x7fELF') return;
  const machine = header.readUInt16LE(18);
  if (machine === machines[cpu]) return;
  const found = cpus.find((candidate) => machines[candidate] === machine) ?? `machine number ${machine}`;
  throw new ActionError(
    `Layer "${zip}" is for another CPU: "${path}" is machine code for ${found}, and the input "cpu" is ${cpu}.`,
  );
}
