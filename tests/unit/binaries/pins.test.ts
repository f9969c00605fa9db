import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listPins, readPins } from '../../binaries/pins.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

describe.each(listPins())('the pins %s', (name) => {
  test('are valid, and skip only cases that exist', () => {
    const { archives, skipped } = readPins(name);
    expect(archives.length).toBeGreaterThan(10);
    const properties = readFileSync('tests/http/mapping.test.ts', 'utf8');
    const exists = (name: string) =>
      name.startsWith('http/')
        ? properties.includes(`test('${name.slice('http/'.length)}'`)
        : existsSync(join('tests/layers', name));
    expect(skipped.filter(({ case: name }) => !exists(name))).toEqual([]);
  });
});

const valid = {
  php: '86',
  release: '8.6.0',
  pinned: '2026-11-30',
  suites: ['sid'],
  packages: ['php8.6-cli'],
  extensions: {},
  ownGlibc: true,
  skipped: [],
  archives: [{ npm: 'php', version: '1.0.0', sha256: 'a'.repeat(64) }],
};

test.each([
  [{ php: '8.6' }, '"php" must be two digits, such as "86"; got "8.6".'],
  [{ release: 8 }, '"release" must be a release of PHP; got 8.'],
  [{ pinned: 'today' }, '"pinned" must be a date, such as 2026-11-30; got "today".'],
  [{ suites: 'sid' }, '"suites" and "packages" must be lists of names.'],
  [{ extensions: ['apcu'] }, '"extensions" must be an object of first versions by name; got ["apcu"].'],
  [{ prefersDebian: 'yes' }, '"prefersDebian" must be true or false; got "yes".'],
  [{ ownGlibc: 1 }, '"ownGlibc" must be true or false; got 1.'],
  [{ archives: [] }, '"archives" must list at least one archive.'],
  [
    { archives: [{ npm: 'php' }] },
    'An archive must have "npm" or "debian", and "version"; got {"npm":"php"}.',
  ],
  [
    { archives: [{ npm: 'php', version: '1', sha256: 'abc' }] },
    '"sha256" of php must be 64 hexadecimal digits; got "abc".',
  ],
  [
    { archives: [{ debian: 'php', version: '1', sha256: 'a'.repeat(64) }] },
    '"path" of php must be a path on a mirror of Debian that begins with pool/; got undefined.',
  ],
  [{ skipped: [{ case: 'a' }] }, 'A skipped case must have "case" and "reason"; got {"case":"a"}.'],
])('the pins %j are rejected', async (change, message) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'a.json'), JSON.stringify({ ...valid, ...change }));
  expect(() => readPins('a', folder.path)).toThrow(message);
});
