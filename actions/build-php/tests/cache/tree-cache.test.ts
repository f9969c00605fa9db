import { chmod, mkdir, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLogger } from '../../../../tests/fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../../tests/fixtures/temporary-folder.ts';
import { createTreeCache } from '../../src/cache/tree-cache.ts';

// tests/integration/layer-cache.test.ts covers GitHub's cache.
beforeEach(() => {
  vi.stubEnv('ACTIONS_CACHE_URL', '');
  vi.stubEnv('ACTIONS_RESULTS_URL', '');
});
afterEach(() => vi.unstubAllEnvs());

/** A cache with one entry: a tree with a program and a link, and its metadata. */
async function filledCache(folder: string) {
  const trees = join(folder, 'trees');
  await mkdir(join(trees, 'php-82/bin'), { recursive: true });
  await writeFile(join(trees, 'php-82/bin/php'), 'a program', { mode: 0o755 });
  await symlink('php', join(trees, 'php-82/bin/link'));
  await writeFile(join(trees, 'php-82.metadata.json'), '{}');
  const log = silentLogger();
  const cache = createTreeCache(join(folder, 'layers'), log);
  await cache.save('key', trees, ['php-82', 'php-82.metadata.json']);
  return { cache, log, trees, entry: join(folder, 'layers/key') };
}

test('restores content, permissions and links', async () => {
  await using folder = await temporaryFolder();
  const { cache, log, trees, entry } = await filledCache(folder.path);
  await rm(trees, { recursive: true });
  expect(await cache.restore('key')).toBe(entry);
  expect(await readFile(join(entry, 'php-82/bin/php'), 'utf8')).toBe('a program');
  expect(await readlink(join(entry, 'php-82/bin/link'))).toBe('php');
  expect(await cache.restore('another')).toBeUndefined();
  expect(log.lines).toEqual([]);
});

test.each([
  ['changed content', (tree: string) => writeFile(join(tree, 'bin/php'), 'b program'), 'php-82/bin/php'],
  ['changed permission', (tree: string) => chmod(join(tree, 'bin/php'), 0o644), 'php-82/bin/php'],
  ['additional file', (tree: string) => writeFile(join(tree, 'bin/more'), ''), 'php-82/bin/more'],
  ['missing file', (tree: string) => rm(join(tree, 'bin/php')), 'php-82/bin/php'],
  [
    'changed link',
    async (tree: string) => {
      await rm(join(tree, 'bin/link'));
      await symlink('/bin/sh', join(tree, 'bin/link'));
    },
    'php-82/bin/link',
  ],
  [
    'truncated list of contents',
    (tree: string) => writeFile(join(tree, '../contents.json'), '{"'),
    'contents.json',
  ],
])('warns about a %s and deletes the entry', async (_fault, damage, named) => {
  await using folder = await temporaryFolder();
  const { cache, log, entry } = await filledCache(folder.path);
  await damage(join(entry, 'php-82'));
  expect(await cache.restore('key')).toBeUndefined();
  expect(log.lines).toEqual([expect.stringContaining(`Ignoring the cache entry key: ${named}`)]);
  expect(await readdir(join(folder.path, 'layers'))).toEqual([]);
});

test('keeps the five entries that were used last', async () => {
  await using folder = await temporaryFolder();
  const { cache, trees } = await filledCache(folder.path);
  for (const key of ['2', '3', '4', '5']) {
    await cache.save(key, trees, ['php-82']);
    await utimes(join(folder.path, 'layers', key), Number(key), Number(key));
  }
  await cache.restore('key');
  await cache.save('6', trees, ['php-82']);
  expect((await readdir(join(folder.path, 'layers'))).sort()).toEqual(['3', '4', '5', '6', 'key']);
});

test('warns about trees that cannot be saved', async () => {
  await using folder = await temporaryFolder();
  const { cache, log, trees } = await filledCache(folder.path);
  await cache.save('other', trees, ['missing']);
  expect(log.lines).toEqual([expect.stringContaining('The result was not cached: ')]);
  expect(await readdir(join(folder.path, 'layers'))).toEqual(['key']);
});
