import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTree } from '#lib/layer/tree.ts';
import { writeZip } from '#lib/zip/zip.ts';
import { readZipEntries } from '../../../../tools/verify/zip-entries.ts';
import { testPool } from '../../../helpers/deflate-pool.ts';
import { makeTree, type TreeFixture } from '../../../helpers/layer-tree.ts';

test('a zip of package-layer has the entries that its manifest lists', async () => {
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
  expect(await readZipEntries(zip, 'a.zip')).toEqual(expected);
});

test('a byte that is not what the zip says is found', async () => {
  await using fixture = await makeTree({ a: 'stored' });
  const { zip } = await zipTree(fixture, { ...testPool, deflate: async (content) => content });
  zip.write('S', zip.indexOf('stored'));
  await expect(readZipEntries(zip, 'a.zip')).rejects.toThrow('a.zip is not a zip file, or a damaged one.');
});

test('what is no zip is refused by its name', async () => {
  const bytes = createHash('sha512').update('').digest();
  await expect(readZipEntries(bytes, 'arn:x')).rejects.toThrow('arn:x is not a zip file');
});

async function zipTree({ path, root }: TreeFixture, pool = testPool) {
  const zip = join(root, 'layer.zip');
  const { files } = await writeZip(zip, (await readTree(path)).entries, pool);
  return { zip: await readFile(zip), files };
}
