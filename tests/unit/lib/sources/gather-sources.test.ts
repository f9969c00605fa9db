import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import type { Annotation } from '#lib/node/logger.ts';
import { gatherSources } from '#lib/sources/gather-sources.ts';
import type { Artifact } from '#lib/sources/sources.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const content = Buffer.from('the source of PHP');
const sha256 = createHash('sha256').update(content).digest('hex');
const php: Artifact = {
  ...{ name: 'php', version: '8.3.33', sha256, urls: ['http://127.0.0.1:9/php.tar.xz'], feed: 'php' },
  ...{ substitutes: [], use: 'layers', isOptional: false },
};
const keys = ['A'.repeat(40)];

/** Gathers one artifact whose archive is already fetched. Returns the log lines and the titles of annotations. */
async function gather(folder: string, artifact: Artifact) {
  const sourceFolder = join(folder, 'sources');
  await mkdir(sourceFolder, { recursive: true });
  await writeFile(join(sourceFolder, sha256), content);
  const log = silentLogger();
  const titles: (string | undefined)[] = [];
  const warning = (message: string, annotation?: Annotation) => {
    titles.push(annotation?.title);
    log.warning(message);
  };
  await gatherSources([artifact], {
    run: async () => expect.unreachable('apt must not run'),
    log: { ...log, warning },
    signal: new AbortController().signal,
    cache: { restore: async () => {}, save: async () => {} },
    sourceFolder,
    folder,
    keyFolders: [join(folder, 'keys')],
  });
  return { lines: log.lines, titles };
}

test.each<[string, Artifact]>([
  ['has keys but no signature', { ...php, feed: undefined, signature: { file: undefined, keys } }],
  ['is PHP, without a "signature"', php],
  [
    'is a substitute for PHP, without a "signature"',
    {
      ...{ ...php, version: '8.3.34', sha256: 'b'.repeat(64), urls: ['http://php.invalid/php.tar.xz'] },
      substitutes: [{ version: '8.3.33', sha256, urls: php.urls }],
    },
  ],
])('warns with the fix about an archive that %s', async (_case, artifact) => {
  await using folder = await temporaryFolder();
  const { lines, titles } = await gather(folder.path, artifact);
  expect(lines.at(-1)).toMatch(
    /^warning: php 8\.3\.33 is verified only by its SHA-256\. .*Run `npm run upgrade`/,
  );
  expect(titles.at(-1)).toBe('Source without a signature');
});

test('does not warn about an archive that upstream does not sign', async () => {
  await using folder = await temporaryFolder();
  const { lines } = await gather(folder.path, { ...php, name: 'redis', feed: 'pecl' });
  expect(lines).toEqual([]);
});

test('logs the signer of a signed archive', async () => {
  await using folder = await temporaryFolder();
  const { privateKey, publicKey } = await openpgp.generateKey({
    userIDs: [{ name: 'Release Manager' }],
    format: 'object',
  });
  const fingerprint = publicKey.getFingerprint().toUpperCase();
  const message = await openpgp.createMessage({ binary: content });
  const armored = await openpgp.sign({ message, signingKeys: privateKey, detached: true });
  await mkdir(join(folder.path, 'keys'));
  await writeFile(join(folder.path, 'keys', `${fingerprint}.asc`), publicKey.armor());
  await writeFile(join(folder.path, 'php.asc'), armored);
  const { lines } = await gather(folder.path, {
    ...php,
    signature: { file: 'php.asc', keys: [fingerprint] },
  });
  expect(lines).toEqual([`php 8.3.33: signed by ${fingerprint}`]);
});

test('rejects a file that is not a signature', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'php.asc'), 'signed, the release manager');
  const signature = { file: 'php.asc', keys };
  await expect(gather(folder.path, { ...php, signature })).rejects.toThrow('cannot be read as an armored');
});
