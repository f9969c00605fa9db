import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const suite = join(import.meta.dirname, '../../..');
const folders = readdirSync(suite)
  .filter((name) => /^php-\d\d$/.test(name))
  .sort();
const [oldest = ''] = folders;

/**
 * Flags that PHP's ./configure no longer knows, by the first version without them. Source: UPGRADING and
 * UPGRADING.INTERNALS of each version.
 */
const removedFlags: Readonly<Record<string, readonly string[]>> = {
  84: [
    '--with-imap',
    '--with-pspell',
    '--with-pdo-oci',
    '--with-oci8',
    '--with-zlib-dir',
    '--with-openssl-dir',
  ],
  85: ['--enable-opcache', '--disable-opcache'],
  // Now --enable-pic: https://github.com/php/php-src/pull/21067.
  86: ['--with-pic'],
};

function readFlags(folder: string): readonly string[] {
  const dockerfile = readFileSync(join(suite, folder, 'Dockerfile'), 'utf8');
  const [, value = ''] = /^ENV PHP_CONFIGURE_FLAGS="([^"]*)"/m.exec(dockerfile) ?? [];
  return value.split(/[\s\\]+/).filter((flag) => flag !== '');
}

test.each(folders)('%s is configured without flags that its PHP removed', (folder) => {
  const version = Number(folder.slice(4));
  const removed = Object.entries(removedFlags).flatMap(([since, flags]) =>
    version >= Number(since) ? flags : [],
  );
  const flags = readFlags(folder);
  expect(flags.length).toBeGreaterThan(15);
  expect(flags.filter((flag) => removed.includes(flag.split('=')[0] ?? ''))).toEqual([]);
});

test.each(folders)('%s has the same extensions as the other versions', (folder) => {
  const removed = Object.values(removedFlags).flat();
  const commonFlags = (name: string) => readFlags(name).filter((flag) => !removed.includes(flag));
  expect(commonFlags(folder)).toEqual(commonFlags(oldest));
});

test.each(folders)('%s loads opcache from a file only if its PHP builds one', (folder) => {
  const isFile = Number(folder.slice(4)) < 85;
  expect(readFlags(folder).includes('--enable-opcache')).toBe(isFile);
  expect(existsSync(join(suite, folder, 'opcache.ini'))).toBe(isFile);
});
