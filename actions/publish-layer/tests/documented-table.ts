import { readFileSync, writeFileSync } from 'node:fs';

export const documentPath = 'docs/publishing.md';

/** Where in the document the table of faults begins and ends. */
const start = '<!-- faults: written by UPDATE_DOCS=1 npm run test:unit -- fault-table -->';
const end = '<!-- end of faults -->';

/** The cells of the table in the document, without the heading's two lines. */
export function readDocumentedRows(): readonly (readonly string[])[] {
  const [, section = ''] = readFileSync(documentPath, 'utf8').split(start);
  const lines = (section.split(end)[0] ?? '').trim().split('\n').slice(2);
  // A bar in a cell is written `\|`.
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Puts the rows into the document, in place of those that it has. */
export function writeDocumentedRows(rows: readonly (readonly string[])[]): void {
  const heading = ['What happens', 'Result', 'Versions', 'Sent', 'Time', 'The report says'];
  const table = [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  const text = readFileSync(documentPath, 'utf8');
  const [before = '', rest = ''] = text.split(start);
  const [, after = ''] = rest.split(end);
  writeFileSync(documentPath, `${before}${start}\n\n${table.join('\n')}\n\n${end}${after}`);
}
