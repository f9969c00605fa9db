export interface TableLayout {
  /** How wide the table may be; without it, as wide as it is. */
  readonly columns?: number;
  /** So many of the first columns keep their cells whole. */
  readonly whole?: number;
  /** Columns that are flush right, as figures are. */
  readonly right?: readonly number[];
}

/**
 * Rows as aligned columns. Where they are too wide, the longest cells of the widest columns lose their middle, so that
 * a row stays one line. The first row says how many columns there are.
 */
export function formatTable(rows: readonly (readonly string[])[], layout: TableLayout = {}): string {
  const { columns = Number.POSITIVE_INFINITY, whole = 0, right = [] } = layout;
  const cells = rows.map((row) => row.map(printable));
  const natural = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const widths = shrink(natural, columns, whole);
  const align = (cell: string, column: number): string => {
    const width = widths[column] ?? 0;
    const text = elide(cell, width);
    return right.includes(column) ? text.padStart(width) : text.padEnd(width);
  };
  return cells
    .map((row) => row.map(align))
    .map((row) => `${indent}${row.join(gap)}`.trimEnd())
    .join('\n');
}

const indent = '  ';
const gap = '  ';
/** Below this nothing can be recognised: a row rather wraps. */
const narrowest = 12;

/** Takes what is too much from the widest column, again and again. */
function shrink(natural: readonly number[], columns: number, whole: number): readonly number[] {
  const kept = natural.slice(0, whole);
  const widths = natural.slice(whole);
  const room = columns - indent.length - sum(kept) - gap.length * (natural.length - 1);
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return [...kept, ...widths];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Keeps both ends: a path begins with its folder and ends with its name. */
function elide(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.ceil((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/**
 * Text from files that anybody wrote, for a log: a line break in it could begin a command of GitHub's, an escape
 * could hide something from a terminal.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
