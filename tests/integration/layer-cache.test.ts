import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCacheServer } from '../helpers/actions-cache-server.ts';
import { serve } from '../helpers/file-server.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinyDockerfile, tinySource } from '../helpers/tiny-suite.ts';

const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

/** A fresh machine of the same repository; its sources are to be had only where the test says so. */
async function machine(url: string) {
  const folder = await temporaryFolder();
  await makeTinySuite(folder.path, url);
  return folder;
}

async function readProgram(folder: string): Promise<string> {
  return await readFile(join(folder, 'output/tree/php-99/bin/php'), 'utf8');
}

test.each(['v1', 'v2'] as const)(
  'by protocol %s another machine gets the trees of the first: no source is fetched, nothing is built',
  async (protocol) => {
    await using cache = await startCacheServer(protocol);
    await using server = await serve((_request, response) => response.end(tinySource));
    await using first = await machine(server.url);
    expect((await buildTinyPhp(first.path, {}, cache.environment)).outputs['cache-hit']).toBe('false');
    const keys = [...cache.entries.values()].map(({ key }) => key);
    expect(keys).toContainEqual(expect.stringMatching(/^php-layers-[0-9a-f]{64}$/));

    await using second = await machine(server.url);
    const hit = await buildTinyPhp(second.path, {}, cache.environment);
    expect(hit.stdout).toContain('php-99, php-99-fpm, console come from the cache');
    expect(hit.stdout).not.toContain('== Sources');
    expect(hit.outputs).toMatchObject({ 'cache-hit': 'true', php: '9.9.1' });
    expect(await readProgram(second.path)).toBe(tinySource);
  },
);

test('a machine whose engine is not running gets them too, once it knows its base', async () => {
  await using cache = await startCacheServer('v2');
  await using server = await serve((_request, response) => response.end(tinySource));
  await using first = await machine(server.url);
  await using second = await machine(server.url);
  await buildTinyPhp(first.path, {}, cache.environment);
  await makeTinySuite(second.path, server.url, tinyDockerfile.replace('none', 'nothing'));
  await buildTinyPhp(second.path);

  await makeTinySuite(second.path, server.url);
  const hit = await buildTinyPhp(second.path, {}, { ...cache.environment, ...noEngine });
  expect(hit.outputs['cache-hit']).toBe('true');
});

test.each([
  ['cut off', (content: Buffer) => content.subarray(0, content.length / 2)],
  ['something else', () => Buffer.from('no archive at all')],
])('an archive that is %s is a warning and a build', async (_fault, spoil) => {
  await using cache = await startCacheServer('v2');
  await using server = await serve((_request, response) => response.end(tinySource));
  await using first = await machine(server.url);
  await buildTinyPhp(first.path, {}, cache.environment);
  for (const entry of cache.entries.values()) entry.content = spoil(entry.content);

  await using second = await machine(server.url);
  const built = await buildTinyPhp(second.path, {}, cache.environment);
  expect(built.exitCode).toBe(0);
  expect(built.stdout).toMatch(/^(::warning::|Warning: )/m);
  expect(built.outputs['cache-hit']).toBe('false');
  expect(await readProgram(second.path)).toBe(tinySource);
});

test('a cache that answers with errors is a warning and a build', async () => {
  await using cache = await startCacheServer('v2');
  cache.breakDown();
  await using server = await serve((_request, response) => response.end(tinySource));
  await using folder = await machine(server.url);
  const built = await buildTinyPhp(folder.path, {}, cache.environment);
  expect(built.exitCode).toBe(0);
  expect(built.stdout).toContain('this cache is broken');
  expect(await readProgram(folder.path)).toBe(tinySource);
});

test('a build that may use nothing of an earlier one neither reads nor fills a cache', async () => {
  await using cache = await startCacheServer('v2');
  await using server = await serve((_request, response) => response.end(tinySource));
  await using folder = await machine(server.url);
  expect((await buildTinyPhp(folder.path, { cache: 'false' }, cache.environment)).exitCode).toBe(0);
  expect(cache.entries.size).toBe(0);
  expect(await readdir(join(folder.path, '.cache'))).not.toContain('layers');
});
