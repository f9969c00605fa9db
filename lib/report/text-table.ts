export interface TableLayout {
  /** Maximum width of the table in characters; unlimited by default. */
  readonly columns?: number;
  /** Number of leading columns whose cells are never shortened; 0 by default. */
  readonly whole?: number;
  /** Indexes of the right-aligned columns, which hold numbers. */
  readonly right?: readonly number[];
}

/**
 * Renders rows as aligned columns. If a row does not fit on one line, the longest cells of the widest columns lose
 * their middle. The first row determines the number of columns.
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
/** A cell that is narrower than this is unreadable, so a long row wraps instead. */
const minimumWidth = 12;

/** Narrows the widest column, one character at a time, until the row fits. */
function shrink(natural: readonly number[], columns: number, whole: number): readonly number[] {
  const kept = natural.slice(0, whole);
  const widths = natural.slice(whole);
  const room = columns - indent.length - sum(kept) - gap.length * (natural.length - 1);
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    if (widest <= minimumWidth) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return [...kept, ...widths];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Removes the middle, because both ends of a path matter: its folder and its name. */
function elide(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.ceil((width - 1) / 2);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/**
 * Escapes control characters in text that this project did not write, for a log. A line break could start a log
 * command of GitHub, and an escape sequence could hide text from a terminal.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
