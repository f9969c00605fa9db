import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSources } from '../../../actions/build-php/src/sources.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const sha256 = 'a'.repeat(64);
const php = { name: 'php', version: '8.2.32', sha256, urls: ['https://example.org/php.tar.xz'] };

async function read(content: unknown) {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'sources.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return await readSources(path);
}

test('the committed sources of PHP 8.2 are valid and pin every archive', async () => {
  const artifacts = await readSources(join(import.meta.dirname, '../../../php-82/sources.json'));
  expect(artifacts.map(({ name }) => name)).toEqual(['php', 'sqlite', 'apcu', 'redis']);
});

test('an artifact may come from Debian and have substitutes', async () => {
  const debian = { suite: 'sid', source: 'sqlite3', file: 'sqlite3.orig.tar.xz' };
  const [artifact] = await read({ artifacts: [{ ...php, substitutes: [{ version: '1', sha256, debian }] }] });
  expect(artifact).toEqual({ ...php, substitutes: [{ version: '1', sha256, urls: [], debian }] });
});

test.each([
  ['no JSON', '{', 'cannot be read as JSON'],
  ['no artifacts', { artifacts: [] }, 'must have a list "artifacts"'],
  ['an odd name', { artifacts: [{ ...php, name: '../php' }] }, 'got "../php"'],
  ['no hash', { artifacts: [{ ...php, sha256: undefined }] }, 'must have a text "sha256"'],
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
