import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const brefIni = 'php/runtime/shared/bref/etc/php/conf.d/bref.ini';

/** The places of one runtime that have to agree: its column of docs/ini.md, and files. A later ini file wins. */
const runtimes = [
  {
    column: 'function',
    inis: [brefIni],
    fromPhp: 'tests/layers/function/scripts/_values-from-php.json',
  },
  {
    column: 'FPM',
    inis: [brefIni, 'php/runtime/shared/bref/etc/php/php-fpm.d/php-fpm.ini'],
    fromPhp: 'tests/layers/fpm/invocations/ini/values-from-php.json',
  },
];

const documentation = 'docs/ini.md';

/** Files that a change of an ini value may concern. */
export const iniFiles: ReadonlySet<string> = new Set([
  documentation,
  ...runtimes.flatMap(({ inis, fromPhp }) => [...inis, fromPhp]),
]);

/**
 * Compares docs/ini.md with the layers' ini files and with the list of values that PHP and its php.ini-production contribute. The
 * layer tests read the same files and compare them with the real layer.
 *
 * @param root folder of a copy of the repository
 * @returns one sentence per difference
 */
export async function findIniDifferences(root: string): Promise<readonly string[]> {
  const markdown = await readFile(join(root, documentation), 'utf8');
  const differences: string[] = [];
  for (const { column, inis, fromPhp } of runtimes) {
    const others = readPhpValues(await readFile(join(root, fromPhp), 'utf8'));
    const own = new Map<string, string>();
    for (const ini of inis) {
      for (const [name, value] of readSettings(await readFile(join(root, ini), 'utf8'))) {
        if (name in others) differences.push(`Delete "${name}" from ${fromPhp}: ${ini} sets it.`);
        own.set(name, value);
      }
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

/** Reads values by name. A value that depends on the PHP version is written as in the documentation. */
function readPhpValues(json: string): Readonly<Record<string, string>> {
  const values: Record<string, string | Record<string, string>> = JSON.parse(json);
  const write = (value: string | Record<string, string>): string => {
    if (typeof value === 'string') return value;
    return Object.entries(value)
      .map(([version, since], index) => (index === 0 ? since : `${since} from ${version}`))
      .join('; ');
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, write(value)]));
}

/** Reads the lines `name = value` of an ini file. A value may be empty. */
export function readSettings(ini: string): ReadonlyMap<string, string> {
  return new Map(
    [...ini.matchAll(/^([\w.]+) =(?: (.+))?$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
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
