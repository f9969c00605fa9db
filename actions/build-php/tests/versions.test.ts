import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const suite = join(import.meta.dirname, '../../..');
const folders = readdirSync(suite).filter((name) => /^php-\d\d$/.test(name));

/** Flags that PHP's ./configure no longer knows, by the first version without them: UPGRADING and UPGRADING.INTERNALS. */
const removed: Readonly<Record<string, readonly string[]>> = {
  84: [
    '--with-imap',
    '--with-pspell',
    '--with-pdo-oci',
    '--with-oci8',
    '--with-zlib-dir',
    '--with-openssl-dir',
  ],
  85: ['--enable-opcache', '--disable-opcache'],
};

function readFlags(folder: string): readonly string[] {
  const dockerfile = readFileSync(join(suite, folder, 'Dockerfile'), 'utf8');
  const [, value = ''] = /^ENV PHP_CONFIGURE_FLAGS="([^"]*)"/m.exec(dockerfile) ?? [];
  return value.split(/[\s\\]+/).filter((flag) => flag !== '');
}

test.each(folders)('%s is configured with no flag that its PHP has lost', (folder) => {
  const version = Number(folder.slice(4));
  const lost = Object.entries(removed).flatMap(([since, flags]) => (version >= Number(since) ? flags : []));
  const flags = readFlags(folder);
  expect(flags.length).toBeGreaterThan(15);
  expect(flags.filter((flag) => lost.includes(flag.split('=')[0] ?? ''))).toEqual([]);
});

test.each(folders)('%s has the extensions of the others', (folder) => {
  const lost = Object.values(removed).flat();
  const common = (of: string) => readFlags(of).filter((flag) => !lost.includes(flag));
  expect(common(folder)).toEqual(common('php-82'));
});

test.each(folders)('%s loads opcache from a file only where it is one', (folder) => {
  const isFile = Number(folder.slice(4)) < 85;
  expect(readFlags(folder).includes('--enable-opcache')).toBe(isFile);
  expect(existsSync(join(suite, folder, 'opcache.ini'))).toBe(isFile);
});
