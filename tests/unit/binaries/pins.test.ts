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
  [{ unuseable: ['redis'] }, 'The pins have no property "unuseable". Correct its name or remove it.'],
  [{ unusable: 'redis' }, '"unusable" must be a list of extensions; got "redis".'],
  [{ adapted: ['posix'] }, '"adapted" must be an object with "from" and "to" by extension; got ["posix"].'],
  [
    { adapted: { posix: { from: '20220829' } } },
    '"adapted" must have a "from" and "to" of eight digits for posix, such as 20230831; got {"from":"20220829"}.',
  ],
  [
    { adapted: { posix: { from: '20220829', to: '8.3' } } },
    '"adapted" must have a "from" and "to" of eight digits for posix, such as 20230831; got {"from":"20220829","to":"8.3"}.',
  ],
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
  [
    {
      archives: [{ debian: 'php', version: '1', sha256: 'a'.repeat(64), path: 'pool/php', use: 'compiling' }],
    },
    '"use" of php must be "compile" or absent; got "compiling".',
  ],
  [
    { skipped: [{ case: 'a', reason: 'b', lack: 'redis' }] },
    'A skipped case has no property "lack". Correct its name or remove it.',
  ],
  [
    { skipped: [{ case: 'a', reason: 'b', lacks: ['redis'] }] },
    '"lacks" of the case "a" must be the name of an extension; got ["redis"].',
  ],
  [
    {
      skipped: [
        { case: 'a', reason: 'b' },
        { case: 'a', reason: 'c' },
      ],
    },
    'The case "a" is skipped twice. Remove one of the entries.',
  ],
  [{ skipped: [{ case: 'a' }] }, 'A skipped case must have "case" and "reason"; got {"case":"a"}.'],
])('the pins %j are rejected', async (change, message) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'a.json'), JSON.stringify({ ...valid, ...change }));
  expect(() => readPins('a', folder.path)).toThrow(message);
});

test('a file that is not JSON is rejected', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'a.json'), '{');
  expect(() => readPins('a', folder.path)).toThrow(/a\.json: The content must be JSON: .+\.$/);
});
