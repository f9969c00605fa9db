import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findPhp } from '../../binaries/find-php.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const debian = [
  'usr/bin/php8.6',
  'usr/sbin/php-fpm8.6',
  'usr/lib/php/20250925/curl.so',
  'usr/lib/php/8.6/php.ini-production',
];
const npm = [
  'npm/native/php/php',
  'npm/native/php/php-fpm',
  'npm/native/php/modules/curl.so',
  'usr/lib/php/8.6/php.ini-production',
];

const pins = { name: 'debian-8.6', prefersDebian: false };

async function unpacked(files: readonly string[]) {
  const folder = await temporaryFolder();
  for (const file of files) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true });
    await writeFile(join(folder.path, file), '');
  }
  return folder;
}

test.each([
  ['Debian', debian],
  ['npm', npm],
])("PHP is found at %s's paths", async (_, files) => {
  await using folder = await unpacked(files);
  const { programs, extensions, productionIni } = await findPhp(folder.path, pins);
  const found = [...programs.values(), ...extensions.values(), productionIni];
  expect(found).toEqual(files.map((file) => join(folder.path, file)));
});

test.each([
  [debian, 'usr/bin/php8.6', 'usr/bin/php<version>'],
  [debian, 'usr/sbin/php-fpm8.6', 'usr/sbin/php-fpm<version>'],
  [debian, 'usr/lib/php/20250925/curl.so', 'usr/lib/php/<interface>'],
  [debian, 'usr/lib/php/8.6/php.ini-production', 'usr/lib/php/<version>/php.ini-production'],
  [npm, 'npm/native/php/php', 'npm/native/php/php'],
  [npm, 'npm/native/php/php-fpm', 'npm/native/php/php-fpm'],
  [npm, 'npm/native/php/modules/curl.so', 'npm/native/php/modules'],
])('archives without a file are rejected: of %j, %s is missing', async (files, missing, path) => {
  await using folder = await unpacked(files.filter((file) => file !== missing));
  await expect(findPhp(folder.path, pins)).rejects.toThrow(
    `The archives of debian-8.6 contain no ${path}. Correct "packages" or "archives" in the pins.`,
  );
});
