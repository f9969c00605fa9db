import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/**
 * docs/ini.md, the values that the layers' tests expect, and (by those) the layers themselves say the same. A layer
 * fails its test with any further value that differs from PHP's own.
 */
test.each([
  ['function', 'tests/layers/function/scripts/_documented.json'],
  ['FPM', 'tests/layers/fpm/invocations/ini/documented.json'],
])('the tables list what the %s layer is tested for', async (column, file) => {
  const documented = readColumn(await readFile('docs/ini.md', 'utf8'), column);
  expect(documented.size).toBeGreaterThan(20);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(Object.fromEntries(documented));
});

test('the table of php-fpm.conf is the file', async () => {
  const documented = readColumn(await readFile('docs/ini.md', 'utf8'), 'Value');
  const file = await readFile('php/runtime/fpm/bref/etc/php-fpm.conf', 'utf8');
  const lines = [...file.matchAll(/^([\w.]+) = (.+)$/gm)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(lines)).toEqual(
    Object.fromEntries([...documented].filter(([name]) => !/^[A-Z]/.test(name))),
  );
});

/** A column of every table that has it, by what is in the first. "–" is no value, "empty" an empty one. */
function readColumn(markdown: string, column: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const table of markdown.match(/(^\|.*\n)+/gm) ?? []) {
    const [head = [], , ...rows] = table.trim().split('\n').map(readCells);
    const index = head.indexOf(column);
    for (const cells of rows) {
      const [name = '', value = '–'] = [cells[0], cells[index]];
      if (index > 0 && value !== '–') values.set(name, value === 'empty' ? '' : value);
    }
  }
  return values;
}

function readCells(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}
