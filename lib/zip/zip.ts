import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import JSZip from 'jszip';
import CompressedObject from 'jszip/lib/compressedObject.js';
import compressions from 'jszip/lib/compressions.js';
import type { ManifestEntry } from '#lib/layer/manifest.ts';
import type { TreeEntry, TreeFile, TreeSymlink } from '#lib/layer/tree.ts';
import type { Deflate, DeflatePool } from './deflate.ts';
import { readListedFile } from './read-file.ts';

export interface WrittenZip {
  /** Bytes. */
  readonly size: number;
  readonly sha256: Buffer;
  /** In the order of the tree's entries. */
  readonly files: readonly ManifestEntry[];
}

interface PackedEntry {
  readonly mode: number;
  readonly content: CompressedObject | Buffer;
  readonly method: 'STORE' | 'DEFLATE';
  readonly manifest: ManifestEntry;
}

/** st_mode (inode(7)) of the only three kinds of entry. */
const modes = { file: 0o100644, executable: 0o100755, symlink: 0o120777 } as const;

/**
 * The earliest time that a zip can hold. jszip writes the UTC fields of a date, so no time zone changes a byte.
 */
const epoch = new Date('1980-01-01T00:00:00Z');

/**
 * Writes a tree as a zip whose bytes follow from the tree and the level alone: entries in the tree's order, one time
 * for all, permissions 0644 or 0755, symlinks kept as symlinks, no folder entries, no extra fields for ASCII names.
 * They must have passed `checkEntries`. Throws an ActionError for files that are no longer those that were listed.
 *
 * jszip makes the container. The files are compressed outside of it, several at once, and handed over as its own
 * CompressedObject: an internal type, which jszip makes when it reads a zip and writes back untouched. That is why
 * jszip is pinned exactly, and why a test holds this seam.
 */
export async function writeZip(
  path: string,
  entries: readonly TreeEntry[],
  pool: DeflatePool,
): Promise<WrittenZip> {
  const packed = await packEntries(entries, pool);
  const container = fillContainer(packed).generateNodeStream({ platform: 'UNIX', streamFiles: false });
  const hash = createHash('sha256');
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(container, count, createWriteStream(path));
  return { size, sha256: hash.digest(), files: packed.map(({ manifest }) => manifest) };
}

function fillContainer(packed: readonly PackedEntry[]): JSZip {
  // In a folder, since jszip keeps its entries in an object by path, and an object puts keys such as "10" first. The
  // folder is the root of what is generated, and appears in no name.
  const zip = new JSZip().folder('opt') ?? new JSZip();
  for (const { manifest, content, method, mode } of packed) {
    // jszip's types do not know that its `file` takes a CompressedObject.
    zip.file(manifest.path, content as Buffer, {
      binary: true,
      compression: method,
      createFolders: false,
      date: epoch,
      unixPermissions: mode,
    });
  }
  return zip;
}

/**
 * Packs the largest files first: the last one running then leaves the other threads idle for the shortest time. Beside
 * those that are compressed, one file is in memory, so that no thread waits for the disk.
 */
async function packEntries(
  entries: readonly TreeEntry[],
  { deflate, threads }: DeflatePool,
): Promise<readonly PackedEntry[]> {
  const packed = new Map<TreeEntry, PackedEntry>();
  const waiting = entries.toSorted((left, right) => weight(right) - weight(left)).values();
  const worker = async (): Promise<void> => {
    for (const entry of waiting) {
      packed.set(entry, entry.type === 'file' ? await packFile(entry, deflate) : packSymlink(entry));
    }
  };
  await Promise.all(Array.from({ length: threads + 1 }, worker));
  return entries.flatMap((entry) => packed.get(entry) ?? []);
}

function weight(entry: TreeEntry): number {
  return entry.type === 'file' ? entry.size : 0;
}

async function packFile(file: TreeFile, deflate: Deflate): Promise<PackedEntry> {
  const { path, isExecutable } = file;
  const bytes = await readListedFile(file);
  const deflated = bytes.length === 0 ? bytes : await deflate(bytes);
  const method = deflated.length < bytes.length ? 'DEFLATE' : 'STORE';
  const content = method === 'DEFLATE' ? Buffer.from(deflated.buffer) : bytes;
  return {
    mode: isExecutable ? modes.executable : modes.file,
    content: new CompressedObject(content.length, bytes.length, crc32(bytes), compressions[method], content),
    method,
    manifest: {
      type: 'file',
      path,
      mode: isExecutable ? '0755' : '0644',
      size: bytes.length,
      zippedSize: content.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  };
}

function packSymlink({ path, target }: TreeSymlink): PackedEntry {
  return {
    mode: modes.symlink,
    content: Buffer.from(target),
    method: 'STORE',
    manifest: { type: 'symlink', path, target },
  };
}
