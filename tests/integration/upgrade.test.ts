import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { readSources } from '#lib/sources/sources.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { serve } from '../stand-ins/file-server.ts';

const support = {
  ...{ released: '2023-11-23', active: '2025-12-31', security: '2027-12-31' },
  newerReleases: [{ version: '8.3.37', date: '2026-11-19', isSecurity: true }],
};
const program = resolve(import.meta.dirname, '../../tools/upgrade/main.ts');
const archives = { sqlite: Buffer.from('SQLite 3.54.0'), redis: Buffer.from('redis 6.4.0') };
const hashOf = (content: Buffer, algorithm = 'sha256') => createHash(algorithm).update(content).digest('hex');

/** Responses by path of all upstreams behind one URL: sqlite.org and PECL work, php.net is down. */
const responses: Readonly<Record<string, string | Buffer>> = {
  '/download.html': `<!-- Download product data for scripts to read
PRODUCT,VERSION,RELATIVE-URL,SIZE-IN-BYTES,SHA3-HASH
PRODUCT,3.54.0,2026/sqlite-autoconf-3540000.tar.gz,13,${hashOf(archives.sqlite, 'sha3-256')}
 -->`,
  '/2026/sqlite-autoconf-3540000.tar.gz': archives.sqlite,
  '/rest/r/redis/allreleases.xml': '<a><r><v>6.4.0</v><s>stable</s></r><r><v>6.4.0RC1</v><s>beta</s></r></a>',
  '/get/redis-6.4.0.tgz': archives.redis,
};

test('pins new releases, prints a table, and fails if an upstream is down', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((request, response) => {
    const body = responses[request.url ?? ''];
    response.statusCode = body === undefined ? 503 : 200;
    response.end(body);
  });
  const pin = (name: string, feed: string) => ({
    ...{ name, feed, version: '1.0', sha256: 'a'.repeat(64), urls: [`${server.url}/old`] },
  });
  const path = join(folder.path, 'php-83/sources.json');
  await mkdir(join(folder.path, 'php-83'));
  const artifacts = [pin('php', 'php'), pin('sqlite', 'sqlite'), pin('redis', 'pecl')];
  await writeFile(join(folder.path, 'php-83/support.json'), JSON.stringify(support));
  await writeFile(path, JSON.stringify({ artifacts }));

  const feeds = ['php', 'sqlite', 'pecl'].map((name) => `--${name}=${server.url}`);
  const ran = promisify(execFile)(process.execPath, [program, `--suite=${folder.path}`, ...feeds]);
  const { code, stdout, stderr } = await ran.then(
    () => expect.unreachable(),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: php-83, php: .*json&max=100&version=8 cannot be read/);
  expect(stdout).toContain('| php-83 | sqlite   | 1.0    | 3.54.0 |       |');
  expect(stdout).toContain('| php-83 | redis    | 1.0    | 6.4.0  |       |');
  // The recorded release still counts, although php.net is down.
  expect(stdout).toMatch(/\| php-83 \| 1\.0 +\| 8\.3\.37 \| 8\.3\.37 \(2026-11-19\) +\| 2027-12-31 +\|/);
  expect(stderr).toContain(
    'Error: php-83, php: PHP 1.0 is behind the security release 8.3.37 (2026-11-19). Fix the errors above',
  );
  expect(await readSources(path)).toMatchObject([
    { name: 'php', version: '1.0' },
    { name: 'sqlite', version: '3.54.0', sha256: hashOf(archives.sqlite) },
    {
      name: 'redis',
      version: '6.4.0',
      sha256: hashOf(archives.redis),
      urls: [`${server.url}/get/redis-6.4.0.tgz`],
    },
  ]);
});

test('fetches key, signature and release of a new release manager whose fingerprint is pinned', async () => {
  await using folder = await temporaryFolder();
  const archive = Buffer.from('PHP 8.3.34');
  const { privateKey, publicKey } = await openpgp.generateKey({
    userIDs: [{ name: 'New Manager', email: 'new@php.example' }],
    format: 'object',
  });
  const fingerprint = publicKey.getFingerprint().toUpperCase();
  const signature = await openpgp.sign({
    ...{ message: await openpgp.createMessage({ binary: archive }), signingKeys: privateKey, detached: true },
  });
  const requests: string[] = [];
  await using server = await serve((request, response) => {
    requests.push(request.url ?? '');
    const source = [{ filename: 'php-8.3.34.tar.xz', sha256: hashOf(archive) }];
    const body = {
      '/releases/index.php?json&max=100&version=8': JSON.stringify({
        '8.3.34': { date: '24 Sep 2026', tags: ['security'], source },
      }),
      '/distributions/php-8.3.34.tar.xz': archive,
      '/distributions/php-8.3.34.tar.xz.asc': signature.toString(),
      '/distributions/php-keyring.gpg': publicKey.armor(),
    }[request.url ?? ''];
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  });
  const php = {
    name: 'php',
    feed: 'php',
    version: '8.3.33',
    sha256: 'a'.repeat(64),
    urls: [`${server.url}/old`],
  };
  const artifacts = [{ ...php, signature: { keys: [fingerprint] } }];
  await mkdir(join(folder.path, 'php-83'));
  await writeFile(join(folder.path, 'php-83/sources.json'), JSON.stringify({ artifacts }));
  await writeFile(
    join(folder.path, 'php-83/support.json'),
    JSON.stringify({ ...support, newerReleases: [] }),
  );
  const args = [program, `--suite=${folder.path}`, `--php=${server.url}`];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, 'php-83']);
  expect(stdout).toMatch(
    /\| php-83 \| php +\| 8\.3\.33 +\| 8\.3\.34 +\| security: 8\.3\.34 \(2026-09-24\) +\|/,
  );
  expect(stdout).toMatch(
    new RegExp(`\\| key ${fingerprint} +\\| missing +\\| New Manager <new@php.example> +\\|`),
  );
  expect(await readdir(join(folder.path, 'php/keys'))).toEqual([`${fingerprint}.asc`]);
  expect(await readSources(join(folder.path, 'php-83/sources.json'))).toMatchObject([
    { version: '8.3.34', signature: { file: 'signatures/php-8.3.34.tar.xz.asc', keys: [fingerprint] } },
  ]);
  const again = await promisify(execFile)(process.execPath, [...args, 'php-83']);
  expect(again.stdout).toContain('All pins are up to date.');
  expect(requests.filter((path) => path.endsWith('php-keyring.gpg'))).toHaveLength(2);
});
