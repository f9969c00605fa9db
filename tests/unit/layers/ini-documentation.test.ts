import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findIniDifferences, readColumn, readSettings } from './ini-values.ts';

test('docs/ini.md lists the values of both runtimes', async () => {
  expect(await findIniDifferences('.')).toEqual([]);
});

test.each(['function', 'FPM'])('docs/ini.md has more than 20 values in the column %s', async (column) => {
  expect(readColumn(await readFile('docs/ini.md', 'utf8'), column).size).toBeGreaterThan(20);
});

test('docs/ini.md lists the values of php-fpm.conf', async () => {
  const documented = readColumn(await readFile('docs/ini.md', 'utf8'), 'Value');
  const file = await readFile('php/runtime/shared/bref/etc/php-fpm.conf', 'utf8');
  expect(Object.fromEntries(readSettings(file))).toEqual(
    Object.fromEntries([...documented].filter(([name]) => !/^[A-Z]/.test(name))),
  );
});
