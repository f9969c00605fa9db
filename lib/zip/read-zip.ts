import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import type { ManifestEntry } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A file or symlink in a zip of any origin. */
export interface ZipMember {
  /** Path as the zip has it, without a leading `./`. It may be absolute or contain `..`. */
  readonly path: string;
  /** st_mode (inode(7)). A zip without Unix modes has regular files of mode 0644. */
  readonly mode: number;
  /** Bytes of the content, as the zip's directory states them. */
  readonly size: number;
  /** Yields the content in chunks. Throws if its size or CRC-32 differs from the zip's directory. */
  readContent(): AsyncGenerator<Buffer>;
}

/** An entry in the form of the manifest, but without `zippedSize`. */
export type ZipEntry =
  | Omit<Extract<ManifestEntry, { type: 'file' }>, 'zippedSize'>
  | Extract<ManifestEntry, { type: 'symlink' }>;

const fileTypeMask = 0o170000;
const symlinkType = 0o120000;
const plainFileMode = 0o100644;

/** Value of "version made by" for Unix, and the folder bit of DOS attributes (APPNOTE.TXT 4.4.2 and 4.4.15). */
const madeByUnix = 3;
const dosFolder = 0x10;

/** Flag of an entry whose name is UTF-8 (APPNOTE.TXT, appendix D). */
const utf8Flag = 0x800;

/**
 * Lists the files and symlinks of a zip in the order of its directory, with the SHA-256 of each file.
 *
 * @param zip content of the zip
 * @param name name of the zip in error messages
 * @throws ActionError if the zip is damaged
 */
export async function readZipEntries(zip: Buffer, name: string): Promise<readonly ZipEntry[]> {
  const entries: ZipEntry[] = [];
  try {
    for await (const member of readZip(zip)) entries.push(await toEntry(member));
  } catch (cause) {
    throw new ActionError(`${name} is not a zip file, or it is damaged.`, { cause });
  }
  return entries;
}

/** Yields the files and symlinks of a zip in the order of its directory. Throws if the zip is damaged. */
export async function* readZip(zip: Buffer): AsyncGenerator<ZipMember> {
  // Names stay undecoded here, because yauzl would reject the unsafe ones without saying which entry has them.
  const file = await fromBufferPromise(zip, { decodeStrings: false });
  for await (const entry of file.eachEntry()) {
    const path = decodeName(entry);
    if (isFolder(entry, path)) continue;
    yield {
      path: path.replace(/^\.\//, ''),
      mode: modeOf(entry),
      size: entry.uncompressedSize,
      readContent: () => readContent(file, entry, path),
    };
  }
}

async function toEntry({ path, mode, readContent }: ZipMember): Promise<ZipEntry> {
  if ((mode & fileTypeMask) === symlinkType) {
    const chunks: Buffer[] = [];
    for await (const chunk of readContent()) chunks.push(chunk);
    return { type: 'symlink', path, target: Buffer.concat(chunks).toString() };
  }
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of readContent()) {
    hash.update(chunk);
    size += chunk.length;
  }
  const permissions = (mode & 0o7777).toString(8).padStart(4, '0');
  return { type: 'file', path, mode: permissions, size, sha256: hash.digest('hex') };
}

/** yauzl checks the size of the content, but not its CRC-32. */
async function* readContent(file: ZipFile, entry: Entry, path: string): AsyncGenerator<Buffer> {
  let sum = 0;
  for await (const chunk of await file.openReadStreamPromise(entry)) {
    sum = crc32(chunk as Buffer, sum);
    yield chunk as Buffer;
  }
  if (sum !== entry.crc32) throw new Error(`The content of ${path} does not match its CRC-32.`);
}

/**
 * Names without the UTF-8 flag are officially in code page 437, but tools on Unix write UTF-8 there. An Info-ZIP
 * Unicode path field takes precedence over both.
 */
function decodeName({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag | utf8Flag, fileNameRaw, extraFields, true);
}

function isFolder({ externalFileAttributes }: Entry, path: string): boolean {
  return path.endsWith('/') || (externalFileAttributes & dosFolder) !== 0;
}

function modeOf({ versionMadeBy, externalFileAttributes }: Entry): number {
  return versionMadeBy >>> 8 === madeByUnix ? externalFileAttributes >>> 16 : plainFileMode;
}
