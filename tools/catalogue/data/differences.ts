import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An ini value or extension that differs from the layers of Bref 2 or 3. */
export interface Difference {
  /** Name of the ini setting or extension. */
  readonly name: string;
  /** Value in v2 and in v3, separated by ` / ` if they differ. */
  readonly before: string;
  readonly here: string;
  /** The reason, in Markdown. */
  readonly why: string;
}

/** Runtimes with separate ini values. Commands have the values of functions. */
export type IniKind = 'function' | 'fpm';

export interface Differences {
  readonly ini: Readonly<Record<IniKind, readonly Difference[]>>;
  readonly extensions: readonly Difference[];
}

/** Reads the tables of docs/ini.md and docs/extensions.md. Tests compare these tables with the layers. */
export async function readDifferences(docs: string): Promise<Differences> {
  const ini = await readFile(join(docs, 'ini.md'), 'utf8');
  const extensions = await readFile(join(docs, 'extensions.md'), 'utf8');
  return {
    ini: { function: listDifferences(ini, 'function'), fpm: listDifferences(ini, 'FPM') },
    extensions: listDifferences(extensions, 'Here'),
  };
}

/** Columns of docs/ini.md for one runtime. `v2 FPM` is the value in v2's FPM layers. */
const kinds = ['function', 'FPM'];

/**
 * Lists the rows, in every Markdown table with the given column, whose value differs from v2 or v3. "–" means no value.
 */
export function listDifferences(markdown: string, column: string): readonly Difference[] {
  const others = kinds.filter((kind) => kind !== column);
  const tables = markdown.match(/(^\|.*\n)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [head = [], , ...rows] = table.trim().split('\n').map(readCells);
    const index = head.indexOf(column);
    const earlier = head.flatMap((title, at) =>
      /^v\d/.test(title) && !others.some((other) => title.endsWith(` ${other}`)) ? [at] : [],
    );
    if (index < 0 || earlier.length === 0) return [];
    return rows.flatMap((cells): readonly Difference[] => {
      const here = cells[index] ?? '–';
      const before = earlier.flatMap((at) => readEarlier(cells[at] ?? '–', column));
      if (here === '–' || before.every((value) => value === here)) return [];
      const [name = ''] = cells;
      return [{ name, before: [...new Set(before)].join(' / '), here, why: cells.at(-1) ?? '' }];
    });
  });
}

/** Reads a cell of a v2 or v3 column. `28 (FPM)` is a value of PHP-FPM only. */
function readEarlier(cell: string, column: string): readonly string[] {
  if (!cell.endsWith(' (FPM)')) return [cell];
  return column === 'FPM' ? [cell.slice(0, -' (FPM)'.length)] : [];
}

function readCells(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}
