import { renderMarkdownTable } from '#lib/report/markdown.ts';
import type { Summary } from './statistics.ts';
import type { Subject } from './subjects.ts';

export interface Row {
  readonly subject: Subject;
  readonly summary: Summary;
}

/** Renders the subjects of one kind as a Markdown table. Ratios are relative to the first subject. */
export function toTable(rows: readonly Row[]): string {
  const reference = rows[0]?.summary;
  const cells = [
    [
      'Runtime',
      'first (ms)',
      'ratio',
      'best case',
      'ratio',
      'warm (ms)',
      'ratio',
      'best case',
      'ratio',
      'warm, 99 % (ms)',
      'events/s',
    ],
    ...rows.map(({ subject, summary }) => [
      subject.name,
      summary.first.toFixed(1),
      ratio(summary.first, reference?.first),
      summary.firstBestCase.toFixed(1),
      ratio(summary.firstBestCase, reference?.firstBestCase),
      summary.warm.toFixed(2),
      ratio(summary.warm, reference?.warm),
      summary.warmBestCase.toFixed(2),
      ratio(summary.warmBestCase, reference?.warmBestCase),
      summary.warm99.toFixed(2),
      summary.perSecond.toFixed(0),
    ]),
  ];
  const [head = [], ...body] = cells;
  return renderMarkdownTable(head, body, { right: head.map((_, column) => column).slice(1) });
}

function ratio(value: number, reference: number | undefined): string {
  return reference === undefined ? '' : `${(value / reference).toFixed(2)}x`;
}
