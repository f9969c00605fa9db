import { readdir } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { readDebianCodename } from '#lib/base-os/apt-sources.ts';
import { Stopped } from '#lib/node/signals.ts';
import { findUrl, openDebianArchive, printUris } from '#lib/sources/debian-source.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

const origin = { suite: 'trixie', source: 'php-apcu', file: 'php-apcu_5.1.24.orig.tar.gz' };

test('asks apt for the suite or an exact version, with separate package lists', () => {
  expect(printUris('/lists', origin).at(-1)).toBe('php-apcu/trixie');
  expect(printUris('/lists', { ...origin, version: '5.1.24-1' }).at(-1)).toBe('php-apcu=5.1.24-1');
  expect(printUris('/lists', origin)).toContain('Dir::State::lists=/lists/lists');
});

test("finds the file in apt's output by its exact name", () => {
  const output = [
    'Reading package lists...',
    "'http://mirror.example/a.orig.tar.gz.asc' php-apcu_5.1.24.orig.tar.gz.asc 833 SHA256:00",
    "'http://mirror.example/a.orig.tar.gz' php-apcu_5.1.24.orig.tar.gz 90866 SHA256:11",
  ].join('\n');
  expect(findUrl(output, origin.file)).toBe('http://mirror.example/a.orig.tar.gz');
  expect(findUrl(output, 'other')).toBeUndefined();
});

test.skipIf((await readDebianCodename()) === undefined)(
  'removes the package lists if a signal stops apt',
  async () => {
    await using folder = await temporaryFolder();
    vi.stubEnv('TMPDIR', folder.path);
    let during: readonly string[] = [];
    await using archive = openDebianArchive(async () => {
      during = await readdir(folder.path);
      throw new Stopped('SIGINT');
    });
    await expect(archive.locate(origin)).rejects.toThrow('Stopped by SIGINT.');
    expect(during).toHaveLength(1);
    expect(await readdir(folder.path)).toEqual([]);
  },
);
