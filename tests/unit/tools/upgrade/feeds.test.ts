import { expect, test } from 'vitest';
import { findPecl, findPhp, findSqlite } from '../../../../tools/upgrade/feeds.ts';

const hash = 'a'.repeat(64);

/** Returns a fetch function that expects one URL. */
function answering(url: string, text: string) {
  return async (asked: string) => {
    expect(asked).toBe(url);
    return text;
  };
}

test('finds the newest release of a branch at php.net, with hash and signature', async () => {
  const release = (version: string) => ({
    date: '02 Jul 2026',
    tags: ['security'],
    source: ['gz', 'bz2', 'xz'].map((type) => ({ filename: `php-${version}.tar.${type}`, sha256: hash })),
    museum: false,
  });
  const releases = { '8.4.2': release('8.4.2'), '8.3.9': release('8.3.9'), '8.3.10': release('8.3.10') };
  const answer = answering(
    'https://php.example/releases/index.php?json&max=100&version=8',
    JSON.stringify(releases),
  );
  expect(await findPhp('8.3', 'https://php.example', answer)).toEqual({
    version: '8.3.10',
    url: 'https://php.example/distributions/php-8.3.10.tar.xz',
    hash: { algorithm: 'sha256', hex: hash },
    signature: 'https://php.example/distributions/php-8.3.10.tar.xz.asc',
  });
});

test("finds the autoconf archive in sqlite.org's comment for scripts, not snapshots or other archives", async () => {
  const page = `<!-- Download product data for scripts to read
PRODUCT,VERSION,RELATIVE-URL,SIZE-IN-BYTES,SHA3-HASH
PRODUCT,2026-07-31 22:45 UTC,snapshot/sqlite-snapshot-202607312245.tar.gz,3312178,${'b'.repeat(64)}
PRODUCT,3.53.4,2026/sqlite-amalgamation-3530400.zip,2713415,${'c'.repeat(64)}
PRODUCT,3.53.4,2026/sqlite-autoconf-3530400.tar.gz,3251338,${hash}
 -->`;
  const answer = answering('https://sqlite.example/download.html', page);
  expect(await findSqlite('https://sqlite.example', answer)).toEqual({
    version: '3.53.4',
    url: 'https://sqlite.example/2026/sqlite-autoconf-3530400.tar.gz',
    hash: { algorithm: 'sha3-256', hex: hash },
  });
});

test('finds the newest stable release at PECL, in any order', async () => {
  const page = `<?xml version="1.0" encoding="UTF-8" ?>
<a xmlns="http://pear.php.net/dtd/rest.allreleases"><p>APCu</p><c>pecl.php.net</c>
 <r><v>6.0.0RC1</v><s>beta</s></r>
 <r><v>5.1.9</v><s>stable</s></r>
 <r><v>5.1.28</v><s>stable</s></r>
</a>`;
  const answer = answering('https://pecl.example/rest/r/apcu/allreleases.xml', page);
  expect(await findPecl('apcu', 'https://pecl.example', answer)).toEqual({
    version: '5.1.28',
    url: 'https://pecl.example/get/apcu-5.1.28.tgz',
  });
});

test.each([
  [
    'a page of php.net that is not JSON',
    () => findPhp('8.3', 'https://a', async () => '<html>'),
    'did not return JSON',
  ],
  [
    'an unknown branch',
    () => findPhp('9.0', 'https://a', async () => '{}'),
    'announces no release of PHP 9.0',
  ],
  [
    'a release without an archive',
    () =>
      findPhp('8.3', 'https://a/', async () =>
        JSON.stringify({ '8.3.9': { date: '02 Jul 2026', tags: [], source: [] } }),
      ),
    'announces PHP 8.3.9 without a .tar.xz',
  ],
  [
    'a page without the comment',
    () => findSqlite('https://a', async () => '<html>'),
    'announces no sqlite-autoconf',
  ],
  ['only betas', () => findPecl('x', 'https://a', async () => '<a></a>'), 'announces no stable release of x'],
])('rejects %s and names the URL', async (_case, ask, message) => {
  await expect(ask()).rejects.toThrow(message);
  await expect(ask()).rejects.toThrow('https://a/');
});
