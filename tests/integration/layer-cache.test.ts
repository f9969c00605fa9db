import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinyDockerfile, tinySource } from '../fixtures/tiny-suite.ts';
import { startCacheServer } from '../stand-ins/actions-cache-server.ts';
import { serve } from '../stand-ins/file-server.ts';

const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

/** Sets up a machine with the suite and an empty cache. */
async function setUpMachine(url: string) {
  const folder = await temporaryFolder();
  await makeTinySuite(folder.path, url);
  return folder;
}

async function readProgram(folder: string): Promise<string> {
  return await readFile(join(folder, 'output/tree/php-99/bin/php'), 'utf8');
}

test.each(['v1', 'v2'] as const)(
  'restores the trees of another machine by protocol %s, and neither fetches nor builds anything',
  async (protocol) => {
    await using cache = await startCacheServer(protocol);
    await using server = await serve((_request, response) => response.end(tinySource));
    await using first = await setUpMachine(server.url);
    expect((await buildTinyPhp(first.path, {}, cache.environment)).outputs['cache-hit']).toBe('false');
    const keys = [...cache.entries.values()].map(({ key }) => key);
    expect(keys).toContainEqual(expect.stringMatching(/^php-layers-[0-9a-f]{64}$/));

    await using second = await setUpMachine(server.url);
    const hit = await buildTinyPhp(second.path, {}, cache.environment);
    expect(hit.stdout).toContain('Restored php-99, php-99-fpm, console from the cache');
    expect(hit.stdout).not.toContain('== Sources');
    expect(hit.outputs).toMatchObject({ 'cache-hit': 'true', php: '9.9.1' });
    expect(await readProgram(second.path)).toBe(tinySource);
  },
);

test('restores trees without a running engine if the base OS is known from an earlier build', async () => {
  await using cache = await startCacheServer('v2');
  await using server = await serve((_request, response) => response.end(tinySource));
  await using first = await setUpMachine(server.url);
  await using second = await setUpMachine(server.url);
  await buildTinyPhp(first.path, {}, cache.environment);
  await makeTinySuite(second.path, server.url, tinyDockerfile.replace('none', 'nothing'));
  await buildTinyPhp(second.path);

  await makeTinySuite(second.path, server.url);
  const hit = await buildTinyPhp(second.path, {}, { ...cache.environment, ...noEngine });
  expect(hit.outputs['cache-hit']).toBe('true');
});

test.each([
  ['truncated', (content: Buffer) => content.subarray(0, content.length / 2)],
  ['invalid', () => Buffer.from('no archive at all')],
])('builds with a warning if the cached archive is %s', async (_fault, damage) => {
  await using cache = await startCacheServer('v2');
  await using server = await serve((_request, response) => response.end(tinySource));
  await using first = await setUpMachine(server.url);
  await buildTinyPhp(first.path, {}, cache.environment);
  for (const entry of cache.entries.values()) entry.content = damage(entry.content);

  await using second = await setUpMachine(server.url);
  const built = await buildTinyPhp(second.path, {}, cache.environment);
  expect(built.exitCode).toBe(0);
  expect(built.stdout).toMatch(/^(::warning::|Warning: )/m);
  expect(built.outputs['cache-hit']).toBe('false');
  expect(await readProgram(second.path)).toBe(tinySource);
});

test('builds with a warning if the cache responds with errors', async () => {
  await using cache = await startCacheServer('v2');
  cache.breakDown();
  await using server = await serve((_request, response) => response.end(tinySource));
  await using folder = await setUpMachine(server.url);
  const built = await buildTinyPhp(folder.path, {}, cache.environment);
  expect(built.exitCode).toBe(0);
  expect(built.stdout).toContain('this cache is broken');
  expect(await readProgram(folder.path)).toBe(tinySource);
});

test('neither reads nor writes the cache with cache: false', async () => {
  await using cache = await startCacheServer('v2');
  await using server = await serve((_request, response) => response.end(tinySource));
  await using folder = await setUpMachine(server.url);
  expect((await buildTinyPhp(folder.path, { cache: 'false' }, cache.environment)).exitCode).toBe(0);
  expect(cache.entries.size).toBe(0);
  expect(await readdir(join(folder.path, '.cache'))).not.toContain('layers');
});
