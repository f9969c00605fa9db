import { createHash } from 'node:crypto';
import { chmod, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import JSZip from 'jszip';
import { describe, expect, test } from 'vitest';
import { readTree } from '../../../../actions/package-layer/src/tree.ts';
import { deflateWithZlib } from '../../../../actions/package-layer/src/zip/deflate.ts';
import { type PackedTree, packTree } from '../../../../actions/package-layer/src/zip/zip.ts';
import { type Content, makeTree } from '../tree-fixture.ts';

const compressible = 'PHP layers for AWS Lambda. '.repeat(200);
const sample: Readonly<Record<string, Content>> = {
  bootstrap: { bytes: '#!/bin/sh\n', mode: 0o700 },
  'lib/libx.so.1.2': { bytes: compressible, mode: 0o600 },
  'lib/libx.so.1': { link: 'libx.so.1.2' },
  empty: '',
  'déjà vu.txt': 'text',
  'B.txt': 'one byte sorts before all small letters',
};

async function pack(files: Readonly<Record<string, Content>>): Promise<PackedTree> {
  await using fixture = await makeTree(files);
  const { entries } = await readTree(fixture.path);
  return await packTree(entries, deflateWithZlib);
}

describe('the zip', () => {
  test('is read back with the same names, content, permissions and links', async () => {
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

  test('has entries in byte order, all of 1980-01-01, none with an extra field, as far as names are ASCII', async () => {
    const entries = readDirectory(
      (await pack({ b: 'x', 'a/b': 'x', 'a-b': 'x', Z: 'x', 9: 'x', 10: 'x', '!': 'x' })).zip,
    );
    expect(entries.map(({ name }) => name)).toEqual(['!', '10', '9', 'Z', 'a-b', 'a/b', 'b']);
    expect(new Set(entries.map(({ time, date, extra }) => `${time} ${date} ${extra}`))).toEqual(
      new Set([`0 ${(1 << 5) | 1} 0`]),
    );
  });

  test('stores what deflate would not make smaller', async () => {
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
      [first, second].map(async ({ path }) => packTree((await readTree(path)).entries, deflateWithZlib)),
    );
    expect(left?.zip.equals(right?.zip ?? Buffer.alloc(0))).toBe(true);
  });

  test('refuses more files than a zip can count', async () => {
    const entry = { type: 'symlink', path: 'a', target: 'b' } as const;
    const entries = Array.from({ length: 65_536 }, () => entry);
    await expect(packTree(entries, deflateWithZlib)).rejects.toThrow('a zip holds at most 65535');
  });
});

// jszip's CompressedObject is internal to it. This is what packTree relies on, in one place.
describe("jszip's seam for content that is compressed already", () => {
  test('is there in the pinned version', () => {
    expect((JSZip as unknown as { version: string }).version).toBe('3.10.1');
  });

  test('writes the bytes of our deflate, not of its own', async () => {
    const marked: Buffer[] = [];
    await using fixture = await makeTree({ text: compressible });
    const { zip } = await packTree((await readTree(fixture.path)).entries, async (content) => {
      const deflated = await deflateWithZlib(content);
      marked.push(deflated);
      return deflated;
    });
    expect(marked).toHaveLength(1);
    const [deflated = Buffer.alloc(0)] = marked;
    expect(zip.includes(deflated)).toBe(true);
    expect(inflateRawSync(deflated).toString()).toBe(compressible);
  });
});

test('the manifest lists every entry with mode, size and hash', async () => {
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
  /** Bytes of the extra field. */
  readonly extra: number;
}

/** The central directory, as APPNOTE.TXT 4.3.12 lays it out. */
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
