import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import { describe, expect, test } from 'vitest';
import { readTree } from '#lib/layer/tree.ts';
import { listZip } from '#lib/zip/list-zip.ts';
import { readZip } from '#lib/zip/read-zip.ts';
import { writeZip } from '#lib/zip/zip.ts';
import { testPool } from '../../../fixtures/deflate-pool.ts';
import { makeTree, type TreeFixture } from '../../../fixtures/layer-tree.ts';

test("reads the entries that the manifest of package-layer's zip lists", async () => {
  await using fixture = await makeTree({
    bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 },
    'lib/libx.so': { link: 'libx.so.1' },
    'lib/libx.so.1': 'text '.repeat(500),
    'déjà vu': '',
  });
  const { zip, files } = await zipTree(fixture);
  const expected = files.map((file) => {
    if (file.type === 'symlink') return file;
    const { zippedSize: _, ...entry } = file;
    return entry;
  });
  expect(await listZip(zip, 'a.zip')).toEqual(expected);
});

describe('a zip of another tool', () => {
  test('is listed without folders and leading "./", and with mode 0644 if it has no Unix modes', async () => {
    const zip = new JSZip().file('./a', 'x');
    zip.folder('folder')?.file('b', 'y');
    const bytes = await zip.generateAsync({ type: 'nodebuffer', platform: 'DOS' });
    expect(await listZip(bytes, 'a.zip')).toMatchObject([
      { path: 'a', mode: '0644', size: 1 },
      { path: 'folder/b', mode: '0644', size: 1 },
    ]);
    expect((await members(zip, 'DOS')).map(([name, mode]) => [name, mode])).toEqual([
      ['./', undefined],
      ['./a', undefined],
      ['folder/', undefined],
      ['folder/b', undefined],
    ]);
  });

  test('keeps Unix modes, including set-uid', async () => {
    const zip = new JSZip().file('a', 'x', { unixPermissions: 0o104755 });
    expect(await members(zip, 'UNIX')).toEqual([['a', '104755', 'x']]);
  });

  test('may have unsafe names, which are returned unchanged', async () => {
    const zip = new JSZip().file('../a', 'x').file('b\\c', 'y');
    expect((await members(zip, 'UNIX')).map(([name]) => name)).toEqual(['../', '../a', 'b\\c']);
  });

  test('may have UTF-8 names without the UTF-8 flag', async () => {
    const zip = await new JSZip().file('déjà', 'x').generateAsync({ type: 'nodebuffer' });
    // The flags are 6 bytes after the signature of a local header, and 8 bytes after the signature of a directory
    // entry. jszip adds the Unicode path field for names that are not ASCII: another id makes readers skip it.
    for (const [signature, offset] of [
      ['PK\x03\x04', 6],
      ['PK\x01\x02', 8],
    ] as const) {
      zip.writeUInt16LE(0, zip.indexOf(signature, 0, 'latin1') + offset);
    }
    for (let at = zip.indexOf('up', 0, 'latin1'); at >= 0; at = zip.indexOf('up', at, 'latin1')) {
      zip.write('xx', at, 'latin1');
    }
    expect((await listZip(zip, 'a.zip')).map(({ path }) => path)).toEqual(['déjà']);
  });
});

describe('rejects', () => {
  const damaged = 'a.zip is not a zip file, or it is damaged.';

  test('content that does not match its CRC-32', async () => {
    await using fixture = await makeTree({ a: 'stored' });
    const { zip } = await zipTree(fixture, { ...testPool, deflate: async (content) => content });
    zip.write('S', zip.indexOf('stored'));
    await expect(listZip(zip, 'a.zip')).rejects.toThrow(damaged);
  });

  test('content that is longer than the directory states', async () => {
    const zip = await new JSZip()
      .file('a', 'x'.repeat(1_000))
      .generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
    // The size is 24 bytes after the signature of the directory entry.
    zip.writeUInt32LE(10, zip.indexOf('PK\x01\x02', 0, 'latin1') + 24);
    await expect(listZip(zip, 'a.zip')).rejects.toThrow(damaged);
  });

  test('a truncated zip', async () => {
    const zip = await new JSZip().file('a', 'x'.repeat(1_000)).generateAsync({ type: 'nodebuffer' });
    await expect(listZip(zip.subarray(0, 500), 'a.zip')).rejects.toThrow(damaged);
  });

  test.each([
    ['other bytes', createHash('sha512').update('').digest()],
    ['an empty file', Buffer.alloc(0)],
  ])('%s', async (_, bytes) => {
    await expect(listZip(bytes, 'a.zip')).rejects.toThrow(damaged);
  });
});

/** Name, st_mode in octal and content of each member. */
async function members(zip: JSZip, platform: 'DOS' | 'UNIX') {
  const bytes = await zip.generateAsync({ type: 'nodebuffer', platform });
  const found: (readonly [name: string, mode: string | undefined, content: string])[] = [];
  for await (const { name, mode, readContent } of readZip(bytes)) {
    const chunks: Buffer[] = [];
    for await (const chunk of readContent()) chunks.push(chunk);
    found.push([name, mode?.toString(8), Buffer.concat(chunks).toString()]);
  }
  return found;
}

async function zipTree({ path, root }: TreeFixture, pool = testPool) {
  const zip = join(root, 'layer.zip');
  const { files } = await writeZip(zip, (await readTree(path)).entries, pool);
  return { zip: await readFile(zip), files };
}
