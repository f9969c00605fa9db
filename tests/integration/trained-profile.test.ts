import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from '../helpers/file-server.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinyDockerfile, tinySource } from '../helpers/tiny-suite.ts';

// The tiny version's training learns a random number, so that equal trees have the same profile.

async function machine(url: string, dockerfile?: string) {
  const folder = await temporaryFolder();
  await makeTinySuite(folder.path, url, dockerfile);
  const readCounters = (of: 'profile' | 'layer') =>
    readFile(
      join(folder.path, 'output/tree', of === 'layer' ? 'php-99' : 'php-99.profile', 'counters'),
      'utf8',
    );
  return { ...folder, readCounters, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const release = { profile: 'release' };

test('a profile lies beside the layers that it made, and makes the same ones again', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  await using first = await machine(server.url);
  const built = await buildTinyPhp(first.path, { ...release, cache: 'false' });
  expect(built.outputs['trained-profile']).toBe('output/tree/php-99.profile');
  expect(await first.readCounters('layer')).toBe(await first.readCounters('profile'));

  await using another = await machine(server.url);
  await buildTinyPhp(another.path, { ...release, cache: 'false' });
  expect(await another.readCounters('layer')).not.toBe(await first.readCounters('layer'));

  await using second = await machine(server.url);
  const given = join(first.path, 'output/tree/php-99.profile');
  const again = await buildTinyPhp(second.path, { ...release, cache: 'false', 'trained-profile': given });
  expect(again.stdout).not.toContain('Train PHP');
  expect(await second.readCounters('layer')).toBe(await first.readCounters('layer'));
  expect(await second.readCounters('profile')).toBe(await first.readCounters('layer'));
});

test('what training leaves out is a warning, and in a log that compiling does not overwrite', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  const leftOut = 'training: data.php is left out, since this PHP has no pdo_sqlite';
  await using folder = await machine(
    server.url,
    tinyDockerfile.replace('mkdir /profile', `echo '${leftOut}' && mkdir /profile`),
  );
  const built = await buildTinyPhp(folder.path, { ...release, cache: 'false' });
  expect(built.exitCode).toBe(0);
  expect(built.stdout).toContain(`Warning: ${leftOut}`);
  expect(await readFile(join(folder.path, '.cache/logs/php-99-x86-train.log'), 'utf8')).toContain(leftOut);
});

test('a change of what training does not see is built with the profile of before', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  await using folder = await machine(server.url);
  const first = await buildTinyPhp(folder.path, release);
  expect(first.stdout).toContain('Train PHP 9.9.1');
  const counters = await folder.readCounters('layer');

  await writeFile(join(folder.path, 'php/runtime/bootstrap'), '#!/bin/sh\necho another runtime\n');
  const second = await buildTinyPhp(folder.path, release);
  expect(second.outputs['cache-hit']).toBe('false');
  expect(second.stdout).toContain('The profile comes from the cache');
  expect(await folder.readCounters('layer')).toBe(counters);

  await writeFile(join(folder.path, 'php/training/another.php'), '<?php\n');
  const third = await buildTinyPhp(folder.path, release);
  expect(third.stdout).toContain('Train PHP 9.9.1');
});

test('a profile of something else is refused before anything is compiled', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  await using first = await machine(server.url);
  await buildTinyPhp(first.path, release);
  await using second = await machine(server.url, `# another compiler\n${tinyDockerfile}`);
  const given = join(first.path, 'output/tree/php-99.profile');
  const built = await buildTinyPhp(second.path, { ...release, 'trained-profile': given });
  expect(built.exitCode).toBe(1);
  expect(built.stderr).toMatch(/was learnt from another source, configuration, compiler or training/);
  expect(built.stdout).not.toContain('Compile PHP');
});

test('a quick build has none', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  await using folder = await machine(server.url);
  const built = await buildTinyPhp(folder.path);
  expect(built.outputs['trained-profile']).toBe('');
  await expect(folder.readCounters('profile')).rejects.toThrow('ENOENT');
});
