import { createHash } from 'node:crypto';
import { appendFile, chmod, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import JSZip from 'jszip';
import { describe, expect, test } from 'vitest';
import { readTree, type TreeEntry } from '#lib/layer/tree.ts';
import { createDeflatePool, type DeflatePool } from '#lib/zip/deflate.ts';
import { type WrittenZip, writeZip } from '#lib/zip/zip.ts';
import { anyTree } from '../../../fixtures/any-tree.ts';
import { testPool, workerModule } from '../../../fixtures/deflate-pool.ts';
import { type Content, makeTree } from '../../../fixtures/layer-tree.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const compressible = 'PHP layers for AWS Lambda. '.repeat(200);
const sample: Readonly<Record<string, Content>> = {
  bootstrap: { bytes: '#!/bin/sh\n', mode: 0o700 },
  'lib/libx.so.1.2': { bytes: compressible, mode: 0o600 },
  'lib/libx.so.1': { link: 'libx.so.1.2' },
  empty: '',
  'déjà vu.txt': 'text',
  'B.txt': 'capitals sort before lowercase letters',
};

type Zip = WrittenZip & { readonly zip: Buffer };

async function packEntries(entries: readonly TreeEntry[], pool = testPool): Promise<Zip> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'layer.zip');
  const written = await writeZip(path, entries, pool);
  return { ...written, zip: await readFile(path) };
}

async function pack(files: Readonly<Record<string, Content>>, pool = testPool): Promise<Zip> {
  await using fixture = await makeTree(files);
  return await packEntries((await readTree(fixture.path)).entries, pool);
}

describe('the zip', () => {
  test('contains the same names, content, permissions and symlinks', async () => {
    const { zip } = await pack(sample);
    const read = await JSZip.loadAsync(zip, { checkCRC32: true });
    const entries = await Promise.all(
      Object.values(read.files).map(async (entry) => [
        entry.name,
        Number(entry.unixPermissions).toString(8),
        await entry.async('string'),
      ]),
    );
    expect(entries).toEqual([
      ['B.txt', '100644', sample['B.txt']],
      ['bootstrap', '100755', '#!/bin/sh\n'],
      ['déjà vu.txt', '100644', 'text'],
      ['empty', '100644', ''],
      ['lib/libx.so.1', '120777', 'libx.so.1.2'],
      ['lib/libx.so.1.2', '100644', compressible],
    ]);
  });

  test('has entries in byte order, from 1980-01-01, without extra fields for ASCII names', async () => {
    const entries = readDirectory(
      (await pack({ b: 'x', 'a/b': 'x', 'a-b': 'x', Z: 'x', 9: 'x', 10: 'x', '!': 'x' })).zip,
    );
    expect(entries.map(({ name }) => name)).toEqual(['!', '10', '9', 'Z', 'a-b', 'a/b', 'b']);
    expect(new Set(entries.map(({ time, date, extra }) => `${time} ${date} ${extra}`))).toEqual(
      new Set([`0 ${(1 << 5) | 1} 0`]),
    );
  });

  test('stores files that deflate cannot shrink', async () => {
    const random = createHash('sha512').update('noise').digest();
    const entries = readDirectory(
      (await pack({ 'noise.bin': { bytes: random, mode: 0o644 }, text: compressible })).zip,
    );
    expect(entries.map(({ name, method }) => [name, method])).toEqual([
      ['noise.bin', 0],
      ['text', 8],
    ]);
  });

  test('does not depend on times, umask or order of creation', async () => {
    await using first = await makeTree({ a: 'x', 'b/c': compressible });
    await using second = await makeTree({ 'b/c': compressible, a: 'x' });
    await utimes(join(second.path, 'a'), 1, 1);
    await chmod(join(second.path, 'b/c'), 0o600);
    const [left, right] = await Promise.all(
      [first, second].map(async ({ path }) => packEntries((await readTree(path)).entries)),
    );
    expect(left?.zip.equals(right?.zip ?? Buffer.alloc(0))).toBe(true);
  });

  test.each([1, 2, 5])('has the same bytes with %d threads', async (threads) => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`f${index}`, compressible.slice(index * 100)]),
    );
    await using other = createDeflatePool(6, workerModule, threads);
    expect((await pack(files, other)).zip.equals((await pack(files)).zip)).toBe(true);
  });

  test('has the returned size and hash', async () => {
    const { zip, size, sha256 } = await pack(sample);
    expect(size).toBe(zip.length);
    expect(sha256).toEqual(createHash('sha256').update(zip).digest());
  });

  test('accepts names of JavaScript properties', async () => {
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
    const { zip } = await pack(Object.fromEntries(names.map((name) => [`x/${name}`, name])));
    expect(readDirectory(zip).map(({ name }) => name)).toEqual(names.map((name) => `x/${name}`));
    const { files } = await packEntries([{ type: 'symlink', path: '__proto__', target: 'x' }]);
    expect(files).toHaveLength(1);
  });
});

describe('a file that changed since it was listed', () => {
  test.each<[string, (path: string) => Promise<void>, string]>([
    ['was removed', (path) => rm(path), 'was removed or became unreadable during packaging'],
    ['grew', (path) => appendFile(path, 'more'), 'it had 4 bytes during the audit and has 8 bytes now'],
    ['was rewritten with the same size', (path) => rewrite(path), 'changed during packaging'],
  ])('stops the packaging if it %s', async (_case, change, message) => {
    await using fixture = await makeTree({ file: 'text' });
    const { entries } = await readTree(fixture.path);
    await change(join(fixture.path, 'file'));
    await expect(packEntries(entries)).rejects.toThrow(message);
  });
});

async function rewrite(path: string): Promise<void> {
  await writeFile(path, 'TEXT');
  await utimes(path, 1, 1);
}

test('the zip of any layer tree contains its files unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(anyTree, async (files) => {
      await using fixture = await makeTree(files);
      const { entries } = await readTree(fixture.path);
      const { zip } = await packEntries(entries);
      expect(await readBack(zip)).toEqual(await expectedOf(entries));
    }),
    { numRuns: 60 },
  );
});

/** Path, st_mode and content of each entry, in the zip's order. */
type Entries = readonly (readonly [path: string, mode: number, bytes: Buffer])[];

async function readBack(zip: Buffer): Promise<Entries> {
  const { files } = await JSZip.loadAsync(zip, { checkCRC32: true });
  return Promise.all(
    Object.values(files).map(
      async (file) => [file.name, Number(file.unixPermissions), await file.async('nodebuffer')] as const,
    ),
  );
}

async function expectedOf(entries: readonly TreeEntry[]): Promise<Entries> {
  return Promise.all(
    entries.map(async (entry) =>
      entry.type === 'symlink'
        ? ([entry.path, 0o120777, Buffer.from(entry.target)] as const)
        : ([entry.path, entry.isExecutable ? 0o100755 : 0o100644, await readFile(entry.source)] as const),
    ),
  );
}

// CompressedObject is internal to jszip. These tests check everything that writeZip relies on.
describe("jszip's seam for compressed content", () => {
  test('exists in the pinned version', () => {
    expect((JSZip as unknown as { version: string }).version).toBe('3.10.1');
  });

  test("writes the bytes of our deflate, not of jszip's", async () => {
    const marked: Uint8Array[] = [];
    const marking: DeflatePool = {
      ...testPool,
      async deflate(content) {
        const deflated = await testPool.deflate(content);
        marked.push(deflated);
        return deflated;
      },
    };
    const { zip } = await pack({ text: compressible }, marking);
    expect(marked).toHaveLength(1);
    const deflated = Buffer.from(marked[0] ?? []);
    expect(zip.includes(deflated)).toBe(true);
    expect(inflateRawSync(deflated).toString()).toBe(compressible);
  });
});

test('the manifest entries have mode, size and hash', async () => {
  const { files } = await pack({ run: { bytes: 'abc', mode: 0o711 }, link: { link: 'run' } });
  expect(files).toEqual([
    { type: 'symlink', path: 'link', target: 'run' },
    {
      type: 'file',
      path: 'run',
      mode: '0755',
      size: 3,
      zippedSize: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
  ]);
});

interface DirectoryEntry {
  readonly name: string;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  /** Length of the extra field in bytes. */
  readonly extra: number;
}

/** Reads the central directory, in the layout of APPNOTE.TXT 4.3.12. */
function readDirectory(zip: Buffer): readonly DirectoryEntry[] {
  const end = zip.length - 22;
  const entries: DirectoryEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  while (at < end) {
    const nameLength = zip.readUInt16LE(at + 28);
    const extra = zip.readUInt16LE(at + 30);
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + nameLength),
      method: zip.readUInt16LE(at + 10),
      time: zip.readUInt16LE(at + 12),
      date: zip.readUInt16LE(at + 14),
      extra,
    });
    at += 46 + nameLength + extra + zip.readUInt16LE(at + 32);
  }
  return entries;
}
