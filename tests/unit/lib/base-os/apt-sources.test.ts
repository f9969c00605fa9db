import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  findRelease,
  ownSourceName,
  parseDeb822,
  parseOneLine,
  readAptEntries,
  toStanza,
} from '#lib/base-os/apt-sources.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const deb822 = `# a comment
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb-src
URIs: http://mirror.example/sources
Suites: bookworm
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
`;

test('reads one entry per suite of a deb822 stanza, and none of source or disabled stanzas', () => {
  const common = {
    uri: 'http://mirror.example/debian',
    components: ['main', 'contrib'],
    signedBy: '/usr/share/keyrings/debian.gpg',
  };
  expect(parseDeb822(deb822)).toEqual([
    { ...common, suite: 'bookworm' },
    { ...common, suite: 'bookworm-updates' },
  ]);
});

test.each([
  ['deb http://mirror.example/debian bookworm main', undefined],
  ['deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main # x', '/k.gpg'],
])('reads an entry from the line "%s"', (line, signedBy) => {
  expect(parseOneLine(line)).toEqual([
    { uri: 'http://mirror.example/debian', suite: 'bookworm', components: ['main'], signedBy },
  ]);
});

test.each(['# deb http://x bookworm main', 'deb-src http://x bookworm main', ''])(
  'reads no entry from the line "%s"',
  (line) => {
    expect(parseOneLine(line)).toEqual([]);
  },
);

test("writes another suite's stanza with the mirror and key of the machine's own release", () => {
  const entry = findRelease(parseDeb822(deb822), 'bookworm');
  if (entry === undefined) throw new Error('no entry');
  expect(toStanza('deb-src', entry, 'trixie')).toBe(
    'Types: deb-src\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian.gpg\n',
  );
});

test("uses apt's release if base-files and its codename come from another suite", () => {
  expect(findRelease(parseDeb822(deb822), 'trixie')?.suite).toBe('bookworm');
  expect(findRelease([], 'trixie')).toBeUndefined();
});

test('ignores the entries that make setup added', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'sources.list.d'));
  await writeFile(join(folder.path, 'sources.list.d', ownSourceName), deb822);
  expect(await readAptEntries(folder.path)).toEqual([]);
});
