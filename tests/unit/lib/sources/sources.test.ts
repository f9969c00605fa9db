import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSources } from '#lib/sources/sources.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const sha256 = 'a'.repeat(64);
const php = { name: 'php', version: '8.2.32', sha256, urls: ['https://example.org/php.tar.xz'] };

async function read(content: unknown) {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'sources.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return await readSources(path);
}

const suite = join(import.meta.dirname, '../../../..');

const folders = readdirSync(suite).filter((name) => /^php-\d\d$/.test(name));

test('finds folders of PHP versions', () => expect(folders).not.toEqual([]));

test.each(folders)('%s pins every archive', async (folder) => {
  const artifacts = await readSources(join(suite, folder, 'sources.json'));
  expect(artifacts.map(({ name, feed, use }) => [name, feed, use])).toEqual([
    ['php', 'php', 'layers'],
    ['sqlite', 'sqlite', 'layers'],
    ['apcu', 'pecl', 'layers'],
    ['redis', 'pecl', 'layers'],
    ['xdebug', 'pecl', 'dev-image'],
    ['composer', undefined, 'dev-image'],
  ]);
  const [major, minor] = folder.slice(-2);
  // A new version may start with a pre-release. release.yml does not publish it.
  expect(artifacts[0]?.version).toMatch(new RegExp(`^${major}\\.${minor}\\.\\d+((alpha|beta|RC)\\d+)?$`));
});

test('accepts an artifact from Debian, and substitutes', async () => {
  const debian = { suite: 'sid', source: 'sqlite3', file: 'sqlite3.orig.tar.xz' };
  const [artifact] = await read({ artifacts: [{ ...php, substitutes: [{ version: '1', sha256, debian }] }] });
  expect(artifact).toEqual({
    ...php,
    substitutes: [{ version: '1', sha256, urls: [], debian }],
    use: 'layers',
    isOptional: false,
  });
});

test('accepts an optional artifact that only the dev image needs', async () => {
  const [artifact] = await read({ artifacts: [{ ...php, use: 'dev-image', optional: true }] });
  expect(artifact).toMatchObject({ use: 'dev-image', isOptional: true });
});

test.each([
  ['invalid JSON', '{', 'cannot be read as JSON'],
  ['an empty list of artifacts', { artifacts: [] }, 'must have a list "artifacts"'],
  ['a name with other characters', { artifacts: [{ ...php, name: '../php' }] }, 'got "../php"'],
  ['no hash', { artifacts: [{ ...php, sha256: undefined }] }, 'Run `npm run upgrade`, which adds it.'],
  ['an unknown feed', { artifacts: [{ ...php, feed: 'cpan' }] }, 'one of php, sqlite, pecl; got "cpan"'],
  ['an unknown use', { artifacts: [{ ...php, use: 'tests' }] }, 'one of layers, dev-image; got "tests"'],
  [
    'an "optional" that is not a boolean',
    { artifacts: [{ ...php, optional: 'yes' }] },
    'must be true or false; got "yes"',
  ],
  [
    'a short hash',
    { artifacts: [{ ...php, sha256: 'abc' }] },
    'must be 64 lower-case hexadecimal digits; got "abc"',
  ],
  ['no URL', { artifacts: [{ ...php, urls: [] }] }, 'must have "urls" or "debian"'],
  ['an invalid URL', { artifacts: [{ ...php, urls: ['php'] }] }, 'must contain only URLs; got "php"'],
  [
    'a signature without keys',
    { artifacts: [{ ...php, signature: { file: 'a.asc', keys: [] } }] },
    'list "keys" with at least one fingerprint',
  ],
  [
    'a short key id',
    { artifacts: [{ ...php, signature: { file: 'a.asc', keys: ['659A97C9CF2A795A'] } }] },
    'fingerprint of 40 upper-case hexadecimal digits; got "659A97C9CF2A795A"',
  ],
  ['no version', { artifacts: [{ ...php, version: '' }] }, 'must have a non-empty string "version"'],
])('rejects %s', async (_case, content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});
