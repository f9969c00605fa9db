import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { readSources } from '#lib/sources/sources.ts';
import { serve } from '../helpers/file-server.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const program = resolve(import.meta.dirname, '../../tools/upgrade/main.ts');
const archives = { sqlite: Buffer.from('SQLite 3.54.0'), redis: Buffer.from('redis 6.4.0') };
const hashOf = (content: Buffer, algorithm = 'sha256') => createHash(algorithm).update(content).digest('hex');

/** All upstreams behind one address: what sqlite.org and PECL answer, and a php.net that is down. */
const answers: Readonly<Record<string, string | Buffer>> = {
  '/download.html': `<!-- Download product data for scripts to read
PRODUCT,VERSION,RELATIVE-URL,SIZE-IN-BYTES,SHA3-HASH
PRODUCT,3.54.0,2026/sqlite-autoconf-3540000.tar.gz,13,${hashOf(archives.sqlite, 'sha3-256')}
 -->`,
  '/2026/sqlite-autoconf-3540000.tar.gz': archives.sqlite,
  '/rest/r/redis/allreleases.xml': '<a><r><v>6.4.0</v><s>stable</s></r><r><v>6.4.0RC1</v><s>beta</s></r></a>',
  '/get/redis-6.4.0.tgz': archives.redis,
};

test('the command pins what upstream has, prints a table, and fails where an upstream cannot be asked', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((request, response) => {
    const answer = answers[request.url ?? ''];
    response.statusCode = answer === undefined ? 503 : 200;
    response.end(answer);
  });
  const pin = (name: string, feed: string) => ({
    ...{ name, feed, version: '1.0', sha256: 'a'.repeat(64), urls: [`${server.url}/old`] },
  });
  const path = join(folder.path, 'php-83/sources.json');
  await mkdir(join(folder.path, 'php-83'));
  const artifacts = [pin('php', 'php'), pin('sqlite', 'sqlite'), pin('redis', 'pecl')];
  await writeFile(path, JSON.stringify({ artifacts }));

  const feeds = ['php', 'sqlite', 'pecl'].map((name) => `--${name}=${server.url}`);
  const ran = promisify(execFile)(process.execPath, [program, `--suite=${folder.path}`, ...feeds]);
  const { code, stdout, stderr } = await ran.then(
    () => expect.unreachable(),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: php-83, php: .*json&max=100&version=8 cannot be read/);
  expect(stdout).toContain('| php-83  | sqlite   | 1.0    | 3.54.0 |');
  expect(stdout).toContain('| php-83  | redis    | 1.0    | 6.4.0  |');
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

test('a release manager who is new needs a fingerprint in sources.json: key, signature and pins are fetched', async () => {
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
  const asked: string[] = [];
  await using server = await serve((request, response) => {
    asked.push(request.url ?? '');
    const source = [{ filename: 'php-8.3.34.tar.xz', sha256: hashOf(archive) }];
    const answer = {
      '/releases/index.php?json&max=100&version=8': JSON.stringify({ '8.3.34': { source } }),
      '/distributions/php-8.3.34.tar.xz': archive,
      '/distributions/php-8.3.34.tar.xz.asc': signature.toString(),
      '/distributions/php-keyring.gpg': publicKey.armor(),
    }[request.url ?? ''];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer);
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
  const args = [program, `--suite=${folder.path}`, `--php=${server.url}`];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, 'php-83']);
  expect(stdout).toContain('| php-83  | php ');
  expect(stdout).toMatch(
    new RegExp(`\\| key ${fingerprint} +\\| missing +\\| New Manager <new@php.example> +\\|`),
  );
  expect(await readdir(join(folder.path, 'php/keys'))).toEqual([`${fingerprint}.asc`]);
  expect(await readSources(join(folder.path, 'php-83/sources.json'))).toMatchObject([
    { version: '8.3.34', signature: { file: 'signatures/php-8.3.34.tar.xz.asc', keys: [fingerprint] } },
  ]);
  const again = await promisify(execFile)(process.execPath, [...args, 'php-83']);
  expect(again.stdout).toContain("Every pin is upstream's newest.");
  expect(asked.filter((path) => path.endsWith('php-keyring.gpg'))).toHaveLength(2);
});
