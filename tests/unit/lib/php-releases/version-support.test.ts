import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { branchOf, listVersionFolders } from '#lib/php-releases/version-folders.ts';
import { compareVersions } from '#lib/php-releases/version-order.ts';
import { readVersionSupport } from '#lib/php-releases/version-support.ts';
import { readSources } from '#lib/sources/sources.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const valid = {
  released: '2022-12-08',
  active: '2024-12-31',
  security: '2026-12-31',
  newerReleases: [{ version: '8.2.36', date: '2026-11-19', isSecurity: true }],
};

async function read(content: unknown) {
  await using folder = await temporaryFolder();
  const json = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(join(folder.path, 'support.json'), json);
  return await readVersionSupport(folder.path);
}

test('reads the dates and the known releases', async () => {
  expect(await read(valid)).toEqual(valid);
});

test('a folder without support.json is an error that names the file and the source of the dates', async () => {
  await using folder = await temporaryFolder();
  await expect(readVersionSupport(folder.path)).rejects.toThrow(
    `${join(folder.path, 'support.json')} is missing. Each PHP version states until when it is supported: copy the file of ` +
      'another version, and set the dates of https://www.php.net/supported-versions.php.',
  );
});

test.each(['2026-02-30', '2026-13-01', '31 Dec 2026', '2026', '', 20261231, undefined])(
  'rejects %j as a date',
  async (date) => {
    await expect(read({ ...valid, security: date })).rejects.toThrow(
      `support.json: "security" must be a day such as 2026-12-31; got ${JSON.stringify(date)}.`,
    );
  },
);

test.each([
  ['no JSON', '{', 'cannot be read as JSON.'],
  ['a list', [], '"released" must be a day'],
  ['dates in the wrong order', { ...valid, active: '2027-12-31' }, 'must be in this order; got 2022-12-08'],
  ['no list of releases', { ...valid, newerReleases: undefined }, 'must have a list "newerReleases"'],
  ['a version that is none', { ...valid, newerReleases: [{ version: '8.2' }] }, 'such as 8.2.36; got "8.2"'],
  [
    'a release without a date',
    { ...valid, newerReleases: [{ version: '8.2.36', isSecurity: true }] },
    'release 1: "date" must be a day',
  ],
  [
    'a release that may fix security bugs',
    { ...valid, newerReleases: [{ version: '8.2.36', date: '2026-11-19', isSecurity: 'maybe' }] },
    '"isSecurity" must be true or false; got "maybe".',
  ],
])('rejects %s', async (_case, content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});

const folders = await listVersionFolders('.');

test.each(folders)(
  '%s has support dates, and lists only releases that are newer than its pin',
  async (folder) => {
    const { newerReleases } = await readVersionSupport(folder);
    const [php] = await readSources(join(folder, 'sources.json'));
    for (const { version } of newerReleases) {
      expect(version.startsWith(`${branchOf(folder)}.`)).toBe(true);
      expect(compareVersions(version, php?.version ?? '')).toBeGreaterThan(0);
    }
  },
);

test('ignores other folders', async () => {
  expect(folders).toContain('php-82');
  expect(folders).not.toContain('php');
  expect(JSON.parse(await readFile('php-82/support.json', 'utf8'))).toHaveProperty('security', '2026-12-31');
});
