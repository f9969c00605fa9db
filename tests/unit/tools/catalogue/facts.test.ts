import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { branchOf, listVersionFolders } from '#lib/php-releases/version-folders.ts';
import { listDifferences, readDifferences } from '../../../../tools/catalogue/data/differences.ts';
import { listLoaded, readLoadedExtensions } from '../../../../tools/catalogue/data/loaded-extensions.ts';
import { readSupport } from '../../../../tools/catalogue/data/support.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const supportFile = 'tools/catalogue/data/support.json';

const table = `
| Setting | v2, v3        | production | function | FPM | Decision |
| ------- | ------------- | ---------- | -------- | --- | -------- |
| same    | 1             | 0          | 1        | 1   | Kept     |
| other   | 1             | 0          | 0        | 0   | Adopted  |
| for FPM | 28 (FPM)      | 30         | 0        | 28  | Both     |
| none    | 1             | 1          | –        | 0   | FPM's    |

| Setting | v2 function | v2 FPM | v3 | function | FPM | Decision |
| ------- | ----------- | ------ | -- | -------- | --- | -------- |
| cache   | 1           | 2      | 3  | 1        | 2   | Mixed    |

| Variable | Value |
| -------- | ----- |
| other    | thing |
`;

test.each([
  [
    'function',
    [
      { name: 'other', before: '1', here: '0', why: 'Adopted' },
      { name: 'cache', before: '1 / 3', here: '1', why: 'Mixed' },
    ],
  ],
  [
    'FPM',
    [
      { name: 'other', before: '1', here: '0', why: 'Adopted' },
      { name: 'none', before: '1', here: '0', why: "FPM's" },
      { name: 'cache', before: '2 / 3', here: '2', why: 'Mixed' },
    ],
  ],
])('lists the rows in which the column %s differs from v2 or v3', (column, differences) => {
  expect(listDifferences(table, column)).toEqual(differences);
});

test('finds differences of each kind in the documents of this repository', async () => {
  const { ini, extensions } = await readDifferences('docs');
  const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);
  expect(names(ini.function)).toContain('zend.assertions');
  expect(names(ini.function)).not.toContain('memory_limit');
  expect(names(ini.function)).not.toContain('max_execution_time');
  expect(names(ini.fpm)).toContain('max_execution_time');
  expect(names(extensions)).toEqual(['mbstring', 'pdo_mysql', 'pdo_pgsql', 'soap', 'redis']);
});

test('lists the extensions that an ini file loads, in every notation', () => {
  const ini =
    '; extension=none\nextension = "redis.so"\nzend_extension=opcache\nextension=/opt/x/my-ext.so\nextension_dir=/opt\n';
  expect([...listLoaded(ini)]).toEqual(['redis', 'opcache', 'my-ext']);
});

test('reads the ini files of the layers and of the PHP versions', async () => {
  await using checkout = await temporaryFolder();
  for (const [path, extension] of [
    ['php/runtime/shared/bref/etc/php/conf.d/bref.ini', 'redis'],
    ['php-82/opcache.ini', 'opcache'],
  ] as const) {
    const file = join(checkout.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `extension = ${extension}\n`);
  }
  const loaded = await readLoadedExtensions(checkout.path);
  expect([...loaded].sort()).toEqual(['opcache', 'redis']);
});

test('the layers of this repository load opcache', async () => {
  expect([...(await readLoadedExtensions('.'))]).toEqual(['opcache']);
});

test('the support dates contain every PHP version of this repository', async () => {
  const { php } = await readSupport('.');
  const folders = await listVersionFolders('.');
  expect(folders.length).toBeGreaterThan(0);
  expect(Object.keys(php.branches)).toEqual(folders.map(branchOf));
});

test('support dates follow php.net: two years of bug fixes and two of security fixes, until the end of the year', async () => {
  const { php } = await readSupport('.');
  for (const { released, active, security } of Object.values(php.branches)) {
    const year = Number(released.slice(0, 4));
    expect({ active, security }).toEqual({ active: `${year + 2}-12-31`, security: `${year + 4}-12-31` });
  }
});

test('each PHP version was released after the one before, so no folder has the dates of its copy', async () => {
  const days = Object.values((await readSupport('.')).php.branches).map(({ released }) => released);
  expect(days).toEqual([...new Set(days)].sort());
});

test.each(['2029-02-30', '2029', ''])('rejects %j as a date of AWS', async (date) => {
  await using checkout = await temporaryFolder();
  const path = join(checkout.path, supportFile);
  const support = JSON.parse(await readFile(supportFile, 'utf8'));
  support.lambda.deprecated = date;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(support));
  await expect(readSupport(checkout.path)).rejects.toThrow(
    `${path}, lambda: "deprecated" must be a day such as 2026-12-31; got ${JSON.stringify(date)}.`,
  );
});
