import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSources } from '#lib/sources/sources.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

const sha256 = 'a'.repeat(64);
const php = { name: 'php', version: '8.2.32', sha256, urls: ['https://example.org/php.tar.xz'] };

async function read(content: unknown) {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'sources.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return await readSources(path);
}

const suite = join(import.meta.dirname, '../../../..');

test.each(['82', '83', '84', '85'])('the committed sources of php-%s pin every archive', async (version) => {
  const artifacts = await readSources(join(suite, `php-${version}`, 'sources.json'));
  expect(artifacts.map(({ name, feed, use }) => [name, feed, use])).toEqual([
    ['php', 'php', 'layers'],
    ['sqlite', 'sqlite', 'layers'],
    ['apcu', 'pecl', 'layers'],
    ['redis', 'pecl', 'layers'],
    ['xdebug', 'pecl', 'dev-image'],
    ['composer', undefined, 'dev-image'],
  ]);
  expect(artifacts[0]?.version).toMatch(new RegExp(`^${version[0]}\\.${version[1]}\\.\\d+$`));
});

test('an artifact may come from Debian and have substitutes', async () => {
  const debian = { suite: 'sid', source: 'sqlite3', file: 'sqlite3.orig.tar.xz' };
  const [artifact] = await read({ artifacts: [{ ...php, substitutes: [{ version: '1', sha256, debian }] }] });
  expect(artifact).toEqual({
    ...php,
    substitutes: [{ version: '1', sha256, urls: [], debian }],
    use: 'layers',
    isOptional: false,
  });
});

test('an artifact may be for the dev image alone, and be left out where it cannot be had', async () => {
  const [artifact] = await read({ artifacts: [{ ...php, use: 'dev-image', optional: true }] });
  expect(artifact).toMatchObject({ use: 'dev-image', isOptional: true });
});

test.each([
  ['no JSON', '{', 'cannot be read as JSON'],
  ['no artifacts', { artifacts: [] }, 'must have a list "artifacts"'],
  ['an odd name', { artifacts: [{ ...php, name: '../php' }] }, 'got "../php"'],
  ['no hash', { artifacts: [{ ...php, sha256: undefined }] }, '`npm run upgrade` fills it in'],
  ['an unknown feed', { artifacts: [{ ...php, feed: 'cpan' }] }, 'one of php, sqlite, pecl; got "cpan"'],
  ['an unknown use', { artifacts: [{ ...php, use: 'tests' }] }, 'one of layers, dev-image; got "tests"'],
  ['an odd option', { artifacts: [{ ...php, optional: 'yes' }] }, 'must be true or false; got "yes"'],
  [
    'a short hash',
    { artifacts: [{ ...php, sha256: 'abc' }] },
    'An archive without a verified hash is never built',
  ],
  ['no address', { artifacts: [{ ...php, urls: [] }] }, 'must say where it is had'],
  ['a broken address', { artifacts: [{ ...php, urls: ['php'] }] }, 'must be addresses; got "php"'],
  [
    'a signature by nobody',
    { artifacts: [{ ...php, signature: { file: 'a.asc', keys: [] } }] },
    'list "keys"',
  ],
  [
    'a short key id',
    { artifacts: [{ ...php, signature: { file: 'a.asc', keys: ['659A97C9CF2A795A'] } }] },
    'fingerprint of 40 upper-case hexadecimal digits; got "659A97C9CF2A795A"',
  ],
  ['no version', { artifacts: [{ ...php, version: '' }] }, 'must have a text "version"'],
])('%s is refused', async (_case, content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});
