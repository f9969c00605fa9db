import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { baseOsNames } from '#lib/base-os/names.ts';

const repository = resolve(import.meta.dirname, '../../../..');

test.each(['php/bases', 'lib/sandbox/roots'])('%s has a folder for each base OS', async (parent) => {
  const entries = await readdir(join(repository, parent), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.sort()).toEqual([...baseOsNames].sort());
});

test.each(baseOsNames)('layer.env of %s has its name', async (name) => {
  const settings = await readFile(join(repository, 'php/bases', name, 'layer/layer.env'), 'utf8');
  expect(/^BASE=(.*)$/m.exec(settings)?.[1]).toBe(name);
});

test.each([
  'actions/build-php/action.yml',
  'actions/test-layer/action.yml',
  '.github/workflows/build-layers.yml',
])('the description of the input in %s lists each base OS', async (path) => {
  const content = await readFile(join(repository, path), 'utf8');
  const description = /^ *base:\n *description:[\s\S]*?(?=^ *(?:default|required):)/m.exec(content)?.[0];
  for (const name of baseOsNames) expect(description).toContain(`\`${name}\``);
});
