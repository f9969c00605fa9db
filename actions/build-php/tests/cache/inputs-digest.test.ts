import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../tests/fixtures/temporary-folder.ts';
import { digestInputs } from '../../src/cache/inputs-digest.ts';

test.each([
  ['a fact', async () => {}, { cpu: 'arm' }],
  ['the content of a file', (folder: string) => writeFile(join(folder, 'sub/file'), 'new'), {}],
  ['an executable bit', (folder: string) => chmod(join(folder, 'sub/file'), 0o755), {}],
  ['a new file', (folder: string) => writeFile(join(folder, 'other'), ''), {}],
  ['a link', (folder: string) => symlink('sub', join(folder, 'link')), {}],
])('%s changes the digest', async (_change, change, facts) => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'sub'));
  await writeFile(join(folder.path, 'sub/file'), 'old');
  const before = await digestInputs({ layers: folder.path }, { cpu: 'x86' });
  expect(await digestInputs({ layers: folder.path }, { cpu: 'x86' })).toBe(before);
  await change(folder.path);
  expect(await digestInputs({ layers: folder.path }, { cpu: 'x86', ...facts })).not.toBe(before);
});
