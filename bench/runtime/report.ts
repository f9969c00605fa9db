import { renderMarkdownTable } from '#lib/report/markdown.ts';
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
  const [head = [], ...body] = cells;
  return renderMarkdownTable(head, body, { right: head.map((_, column) => column).slice(1) });
}

function ratio(value: number, base: number | undefined): string {
  return base === undefined ? '' : `${(value / base).toFixed(2)}x`;
}
