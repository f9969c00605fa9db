import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Pins, readPins } from '../../binaries/pins.ts';
import { copySelectedCases } from '../../binaries/selected-cases.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const pins: Pins = {
  ...readPins('debian-8.6'),
  skipped: [
    { case: 'common/scripts/apcu.php', lacks: 'apcu', reason: 'It does not compile.' },
    { case: 'common/scripts/sqlite.php', reason: 'Its SQLite is old.' },
    { case: 'runtimes/invocations/fpm', reason: 'It has no php-fpm.' },
  ],
};

test('skipped cases are left out, and every-extension-is-used.php still reads skipped scripts', async () => {
  await using folder = await temporaryFolder();
  const left = await copySelectedCases(pins, ['common', 'runtimes'], folder.path, new Set());
  expect(left).toEqual(pins.skipped);
  const has = (path: string) => existsSync(join(folder.path, path));
  expect(has('common/scripts/apcu.php')).toBe(false);
  expect(has('common/scripts/_sqlite.php')).toBe(true);
  expect(has('common/scripts/text.php')).toBe(true);
  expect(has('runtimes/invocations/fpm')).toBe(false);
  expect(has('runtimes/invocations/function')).toBe(true);
});

test('a case runs if the layer has the extension that it was skipped for', async () => {
  await using folder = await temporaryFolder();
  const left = await copySelectedCases(pins, ['common', 'runtimes'], folder.path, new Set(['apcu']));
  expect(left.map(({ case: path }) => path)).not.toContain('common/scripts/apcu.php');
  expect(existsSync(join(folder.path, 'common/scripts/apcu.php'))).toBe(true);
});

test.each([
  [{ case: 'common/scripts/apc.php', reason: 'Misspelled.' }, []],
  // The case would run, but no case has this name.
  [{ case: 'common/scripts/apc.php', lacks: 'apcu', reason: 'Misspelled.' }, ['apcu']],
])('the skipped case %j, which does not exist, is an error', async (skip, loaded) => {
  await using folder = await temporaryFolder();
  const selected = copySelectedCases({ ...pins, skipped: [skip] }, ['common'], folder.path, new Set(loaded));
  await expect(selected).rejects.toThrow(
    'The pins of debian-8.6 skip the case "common/scripts/apc.php", which does not exist. Remove or rename it.',
  );
});
