import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Something that is not what it was in the lines of layers before. */
export interface Difference {
  /** An ini setting, or an extension. */
  readonly name: string;
  /** As the document has it: v2's value and v3's, once where they are the same. */
  readonly before: string;
  readonly here: string;
  /** Why, as Markdown. */
  readonly why: string;
}

/** The kinds of layers that have ini values of their own. */
export type IniKind = 'function' | 'fpm';

export interface Differences {
  readonly ini: Readonly<Record<IniKind, readonly Difference[]>>;
  readonly extensions: readonly Difference[];
}

/** Reads the tables of docs/ini.md and docs/extensions.md, which tests hold against the layers. */
export async function readDifferences(docs: string): Promise<Differences> {
  const ini = await readFile(join(docs, 'ini.md'), 'utf8');
  const extensions = await readFile(join(docs, 'extensions.md'), 'utf8');
  return {
    ini: { function: listDifferences(ini, 'function'), fpm: listDifferences(ini, 'FPM') },
    extensions: listDifferences(extensions, 'Here'),
  };
}

/** Columns of docs/ini.md that are of one kind of layer; `v2 FPM` is what v2 had in that kind. */
const kinds = ['function', 'FPM'];

/**
 * The rows, of every Markdown table with the column, in which its value is another than that of v2 or v3. "–" is no
 * value.
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

/** `28 (FPM)` is the value in FPM layers only. */
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
