import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The places of one kind of layer that have to agree: its column of docs/ini.md, and two files. */
const kinds = [
  {
    column: 'function',
    ini: 'php/runtime/function/bref/etc/php/conf.d/bref.ini',
    fromPhp: 'tests/layers/function/scripts/_values-from-php.json',
  },
  {
    column: 'FPM',
    ini: 'php/runtime/fpm/bref/etc/php/conf.d/bref.ini',
    fromPhp: 'tests/layers/fpm/invocations/ini/values-from-php.json',
  },
];

const documentation = 'docs/ini.md';

/** Files that a change of an ini value may concern. */
export const iniFiles: readonly string[] = [
  documentation,
  ...kinds.flatMap(({ ini, fromPhp }) => [ini, fromPhp]),
];

/**
 * Compares docs/ini.md with bref.ini and with the list of values that PHP and its php.ini-production contribute. The
 * layer tests read the same two files and compare them with the real layer.
 *
 * @param root folder of a copy of the repository
 * @returns one sentence per difference
 */
export async function findIniDifferences(root: string): Promise<readonly string[]> {
  const markdown = await readFile(join(root, documentation), 'utf8');
  const differences: string[] = [];
  for (const { column, ini, fromPhp } of kinds) {
    const own = readSettings(await readFile(join(root, ini), 'utf8'));
    const others: Record<string, string> = JSON.parse(await readFile(join(root, fromPhp), 'utf8'));
    for (const name of Object.keys(others).filter((name) => own.has(name))) {
      differences.push(`Delete "${name}" from ${fromPhp}: ${ini} sets it.`);
    }
    const actual = new Map([...Object.entries(others), ...own]);
    const documented = readColumn(markdown, column);
    for (const name of new Set([...actual.keys(), ...documented.keys()])) {
      const [expected, got] = [actual.get(name), documented.get(name)];
      if (expected !== got) {
        differences.push(
          `${documentation}: column "${column}" of ${name} must be ${quote(expected)}; got ${quote(got)}.`,
        );
      }
    }
  }
  return differences;
}

/** Reads the lines `name = value` of an ini file. */
export function readSettings(ini: string): ReadonlyMap<string, string> {
  return new Map([...ini.matchAll(/^([\w.]+) = (.+)$/gm)].map(([, name = '', value = '']) => [name, value]));
}

/**
 * Reads a column of every table that has it.
 *
 * @returns values by the name in the first column. The cell "–" means no value, and "empty" means an empty value
 */
export function readColumn(markdown: string, column: string): ReadonlyMap<string, string> {
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

function quote(value: string | undefined): string {
  return value === undefined ? 'absent' : `"${value}"`;
}
