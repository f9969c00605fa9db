import type { Summary } from './statistics.ts';
import type { Subject } from './subjects.ts';

export interface Row {
  readonly subject: Subject;
  readonly summary: Summary;
}

/** A Markdown table of subjects of one kind; ratios are to the first. */
export function toTable(rows: readonly Row[]): string {
  const base = rows[0]?.summary;
  const cells = [
    [
      'Runtime',
      'first (ms)',
      'ratio',
      'at best',
      'ratio',
      'warm (ms)',
      'ratio',
      'at best',
      'ratio',
      'warm, 99 % (ms)',
      'events/s',
    ],
    ...rows.map(({ subject, summary }) => [
      subject.name,
      summary.first.toFixed(1),
      ratio(summary.first, base?.first),
      summary.firstAtBest.toFixed(1),
      ratio(summary.firstAtBest, base?.firstAtBest),
      summary.warm.toFixed(2),
      ratio(summary.warm, base?.warm),
      summary.warmAtBest.toFixed(2),
      ratio(summary.warmAtBest, base?.warmAtBest),
      summary.warm99.toFixed(2),
      summary.perSecond.toFixed(0),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0), 3),
  );
  const lines = cells.map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0, column)));
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [lines[0] ?? [], rule, ...lines.slice(1)].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function ratio(value: number, base: number | undefined): string {
  return base === undefined ? '' : `${(value / base).toFixed(2)}x`;
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
