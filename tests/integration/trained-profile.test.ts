import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinyDockerfile, tinySource } from '../fixtures/tiny-suite.ts';
import { serve } from '../stand-ins/file-server.ts';

// The training of the tiny version writes a random number, so equal trees were made with the same PGO profile.

async function setUpMachine(url: string, dockerfile?: string) {
  const folder = await temporaryFolder();
  await makeTinySuite(folder.path, url, dockerfile);
  const readCounters = (place: 'pgo-profile' | 'layer') =>
    readFile(
      join(folder.path, 'output/tree', place === 'layer' ? 'php-99' : 'php-99.profile', 'counters'),
      'utf8',
    );
  return { ...folder, readCounters, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const release = { profile: 'release' };

test('saves the PGO profile beside the layers, and makes the same layers from it again', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  await using first = await setUpMachine(server.url);
  const built = await buildTinyPhp(first.path, { ...release, cache: 'false' });
  expect(built.outputs['trained-profile']).toBe('output/tree/php-99.profile');
  expect(await first.readCounters('layer')).toBe(await first.readCounters('pgo-profile'));

  await using another = await setUpMachine(server.url);
  await buildTinyPhp(another.path, { ...release, cache: 'false' });
  expect(await another.readCounters('layer')).not.toBe(await first.readCounters('layer'));

  await using second = await setUpMachine(server.url);
  const given = join(first.path, 'output/tree/php-99.profile');
  const again = await buildTinyPhp(second.path, { ...release, cache: 'false', 'trained-profile': given });
  expect(again.stdout).not.toContain('Train PHP');
  expect(await second.readCounters('layer')).toBe(await first.readCounters('layer'));
  expect(await second.readCounters('pgo-profile')).toBe(await first.readCounters('layer'));
});

test('warns about programs that the training leaves out, and keeps the log of the training', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  const leftOut = 'training: data.php is left out, because this PHP lacks pdo_sqlite';
  await using folder = await setUpMachine(
    server.url,
    tinyDockerfile.replace('mkdir /profile', `echo '${leftOut}' && mkdir /profile`),
  );
  const built = await buildTinyPhp(folder.path, { ...release, cache: 'false' });
  expect(built.exitCode).toBe(0);
  expect(built.stdout).toContain(`Warning: ${leftOut}`);
  expect(await readFile(join(folder.path, '.cache/logs/php-99-x86-train.log'), 'utf8')).toContain(leftOut);
});

test('reuses the PGO profile after a change that cannot affect the training', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  await using folder = await setUpMachine(server.url);
  const first = await buildTinyPhp(folder.path, release);
  expect(first.stdout).toContain('Train PHP 9.9.1');
  const counters = await folder.readCounters('layer');

  await writeFile(join(folder.path, 'php/runtime/bootstrap'), '#!/bin/sh\necho another runtime\n');
  const second = await buildTinyPhp(folder.path, release);
  expect(second.outputs['cache-hit']).toBe('false');
  expect(second.stdout).toContain('Using the PGO profile from the cache');
  expect(await folder.readCounters('layer')).toBe(counters);

  await writeFile(join(folder.path, 'php/training/another.php'), '<?php\n');
  const third = await buildTinyPhp(folder.path, release);
  expect(third.stdout).toContain('Train PHP 9.9.1');
});

test('rejects the PGO profile of another build before compiling', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  await using first = await setUpMachine(server.url);
  await buildTinyPhp(first.path, release);
  await using second = await setUpMachine(server.url, `# another compiler\n${tinyDockerfile}`);
  const given = join(first.path, 'output/tree/php-99.profile');
  const built = await buildTinyPhp(second.path, { ...release, 'trained-profile': given });
  expect(built.exitCode).toBe(1);
  expect(built.stderr).toMatch(/belongs to another source, configuration, compiler or training/);
  expect(built.stdout).not.toContain('Compile PHP');
});

test('makes no PGO profile in a quick build', async () => {
  await using server = await serve((_request, response) => response.end(tinySource));
  await using folder = await setUpMachine(server.url);
  const built = await buildTinyPhp(folder.path);
  expect(built.outputs['trained-profile']).toBe('');
  await expect(folder.readCounters('pgo-profile')).rejects.toThrow('ENOENT');
});
