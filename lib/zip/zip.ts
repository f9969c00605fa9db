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
  /** Bytes of the zip. */
  readonly size: number;
  readonly sha256: Buffer;
  /** Entries in the order of the layer tree. */
  readonly files: readonly ManifestEntry[];
}

interface PackedEntry {
  readonly mode: number;
  readonly content: CompressedObject | Buffer;
  readonly method: 'STORE' | 'DEFLATE';
  readonly manifest: ManifestEntry;
}

/** st_mode (inode(7)) of the three kinds of entry. */
const modes = { file: 0o100644, executable: 0o100755, symlink: 0o120777 } as const;

/** Earliest time that a zip can hold. jszip writes the UTC fields of a date, so the time zone changes no byte. */
const epoch = new Date('1980-01-01T00:00:00Z');

/**
 * Writes a layer tree as a zip. Its bytes depend on the tree and the level only: entries are in the tree's order and
 * have the same time, permissions are 0644 or 0755, symlinks stay symlinks, and there are no folder entries and no extra
 * fields for ASCII names.
 *
 * jszip writes the container. The pool compresses the files, and jszip receives them as its own CompressedObject: an
 * internal type, which jszip creates when it reads a zip and writes back unchanged. Therefore jszip is pinned exactly,
 * and a test checks this seam.
 *
 * @param entries entries that passed `checkEntries`
 * @throws ActionError if a file changed since it was listed
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
  // jszip keeps its entries in an object by path, and an object lists keys such as "10" first. In a folder, all keys
  // begin with the folder's name. The folder is the root of the generated zip, so it appears in no path.
  const zip = new JSZip().folder('opt') ?? new JSZip();
  for (const { manifest, content, method, mode } of packed) {
    // jszip's types do not declare that `file` accepts a CompressedObject.
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
 * Packs the largest files first, so that threads are idle for the shortest time at the end. Runs one loop more than the
 * pool has threads: it reads the next file while the threads compress, so no thread waits for the disk.
 */
async function packEntries(
  entries: readonly TreeEntry[],
  { deflate, threads }: DeflatePool,
): Promise<readonly PackedEntry[]> {
  const packed = new Map<TreeEntry, PackedEntry>();
  const waiting = entries.toSorted((left, right) => sizeOf(right) - sizeOf(left)).values();
  const packRemaining = async (): Promise<void> => {
    for (const entry of waiting) {
      packed.set(entry, entry.type === 'file' ? await packFile(entry, deflate) : packSymlink(entry));
    }
  };
  await Promise.all(Array.from({ length: threads + 1 }, packRemaining));
  return entries.flatMap((entry) => packed.get(entry) ?? []);
}

function sizeOf(entry: TreeEntry): number {
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
