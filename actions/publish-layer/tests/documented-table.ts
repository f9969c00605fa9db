import { readFileSync, writeFileSync } from 'node:fs';
import { renderMarkdownTable } from '#lib/report/markdown.ts';

export const documentPath = 'docs/publishing.md';

/** Markers around the table of faults in the document. */
const start = '<!-- faults: written by UPDATE_DOCS=1 npm run test:unit -- fault-table -->';
const end = '<!-- end of faults -->';

/** Returns the cells of the document's table, without its heading. */
export function readDocumentedRows(): readonly (readonly string[])[] {
  const [, section = ''] = readFileSync(documentPath, 'utf8').split(start);
  const lines = (section.split(end)[0] ?? '').trim().split('\n').slice(2);
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Replaces the rows of the document's table. */
export function writeDocumentedRows(rows: readonly (readonly string[])[]): void {
  const table = renderMarkdownTable(['Fault', 'Result', 'Versions', 'Sent', 'Time', 'Report'], rows);
  const text = readFileSync(documentPath, 'utf8');
  const [before = '', rest = ''] = text.split(start);
  const [, after = ''] = rest.split(end);
  writeFileSync(documentPath, `${before}${start}\n\n${table}\n\n${end}${after}`);
}
