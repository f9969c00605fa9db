import { chmod, mkdir, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLogger } from '../../../../tests/helpers/silent-logger.ts';
import { temporaryFolder } from '../../../../tests/helpers/temporary-folder.ts';
import { createTreeCache } from '../../src/cache/tree-cache.ts';

// A machine without GitHub's cache; that one is in tests/integration/layer-cache.test.ts.
beforeEach(() => {
  vi.stubEnv('ACTIONS_CACHE_URL', '');
  vi.stubEnv('ACTIONS_RESULTS_URL', '');
});
afterEach(() => vi.unstubAllEnvs());

/** A cache with one entry: a tree of a program and a link, and its metadata. */
async function filledCache(folder: string) {
  const made = join(folder, 'made');
  await mkdir(join(made, 'php-82/bin'), { recursive: true });
  await writeFile(join(made, 'php-82/bin/php'), 'a program', { mode: 0o755 });
  await symlink('php', join(made, 'php-82/bin/link'));
  await writeFile(join(made, 'php-82.metadata.json'), '{}');
  const log = silentLogger();
  const cache = createTreeCache(join(folder, 'layers'), log);
  await cache.save('key', made, ['php-82', 'php-82.metadata.json']);
  return { cache, log, made, entry: join(folder, 'layers/key') };
}

test('what was saved comes back as it was: content, permissions, links', async () => {
  await using folder = await temporaryFolder();
  const { cache, log, made, entry } = await filledCache(folder.path);
  await rm(made, { recursive: true });
  expect(await cache.restore('key')).toBe(entry);
  expect(await readFile(join(entry, 'php-82/bin/php'), 'utf8')).toBe('a program');
  expect(await readlink(join(entry, 'php-82/bin/link'))).toBe('php');
  expect(await cache.restore('another')).toBeUndefined();
  expect(log.lines).toEqual([]);
});

test.each([
  ['content', (tree: string) => writeFile(join(tree, 'bin/php'), 'b program'), 'php-82/bin/php'],
  ['permission', (tree: string) => chmod(join(tree, 'bin/php'), 0o644), 'php-82/bin/php'],
  ['file too many', (tree: string) => writeFile(join(tree, 'bin/more'), ''), 'php-82/bin/more'],
  ['file too few', (tree: string) => rm(join(tree, 'bin/php')), 'php-82/bin/php'],
  [
    'link that leads elsewhere',
    async (tree: string) => {
      await rm(join(tree, 'bin/link'));
      await symlink('/bin/sh', join(tree, 'bin/link'));
    },
    'php-82/bin/link',
  ],
  [
    'list that is cut off',
    (tree: string) => writeFile(join(tree, '../contents.json'), '{"'),
    'contents.json',
  ],
])('a %s is a warning, and the entry is thrown away', async (_fault, spoil, named) => {
  await using folder = await temporaryFolder();
  const { cache, log, entry } = await filledCache(folder.path);
  await spoil(join(entry, 'php-82'));
  expect(await cache.restore('key')).toBeUndefined();
  expect(log.lines).toEqual([expect.stringContaining(`is not used: ${named}`)]);
  expect(await readdir(join(folder.path, 'layers'))).toEqual([]);
});

test('the five entries that were used last are kept', async () => {
  await using folder = await temporaryFolder();
  const { cache, made } = await filledCache(folder.path);
  for (const key of ['2', '3', '4', '5']) {
    await cache.save(key, made, ['php-82']);
    await utimes(join(folder.path, 'layers', key), Number(key), Number(key));
  }
  await cache.restore('key');
  await cache.save('6', made, ['php-82']);
  expect((await readdir(join(folder.path, 'layers'))).sort()).toEqual(['3', '4', '5', '6', 'key']);
});

test('trees that cannot be saved are a warning', async () => {
  await using folder = await temporaryFolder();
  const { cache, log, made } = await filledCache(folder.path);
  await cache.save('other', made, ['gone']);
  expect(log.lines).toEqual([expect.stringContaining('What was built was not cached: ')]);
  expect(await readdir(join(folder.path, 'layers'))).toEqual(['key']);
});
