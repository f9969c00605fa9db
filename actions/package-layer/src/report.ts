import type { Logger } from '../../shared/logger.ts';
import type { Manifest } from '../../shared/manifest.ts';
import type { Audit } from './audit/audit.ts';
import type { Finding } from './audit/findings.ts';
import { bytes, type Limits, largestFiles, type NamedSize } from './limits.ts';
import type { PrunedTree } from './prune/prune.ts';

/** So many annotations are more than GitHub shows of one step; the rest is in the table and the audit's file. */
const mostAnnotations = 50;

/** The findings as a person reads them in the log: one table of all, then each that is not waived with its remedy. */
export function logAudit(log: Logger, name: string, { findings, runtime }: Audit): void {
  if (findings.length === 0) {
    log.info(`Audit of ${name} against ${runtime}: nothing found.`);
    return;
  }
  log.info(`Audit of ${name} against ${runtime}: ${countFindings(findings)}`);
  log.info(formatTable([['', 'rule', 'file', 'subject'], ...findings.map(toRow)]));
  const open = findings.filter(({ waived }) => waived === undefined);
  for (const finding of open.slice(0, mostAnnotations)) {
    const annotation = { title: `${finding.rule}: ${finding.file}` };
    const text = `${finding.rule} in ${finding.file}: ${finding.message}`;
    if (finding.severity === 'error') log.error(text, annotation);
    else log.warning(text, annotation);
  }
}

/** What was left out of the layer or became a link, one line for each kind. */
export function logPruned(log: Logger, { removed, linked }: PrunedTree): void {
  const total = (entries: readonly { readonly size: number }[]): string =>
    bytes(entries.reduce((sum, { size }) => sum + size, 0));
  for (const [rule, entries] of Map.groupBy(removed, ({ rule }) => rule)) {
    const paths = entries.map(({ path }) => path);
    log.info(`Left out, ${rule}, ${total(entries)}: ${paths.join(', ')}`);
  }
  if (linked.length > 0) {
    const links = linked.map(({ path, target }) => `${path} -> ${target}`);
    log.info(`Equal libraries packed once, ${total(linked)} saved: ${links.join(', ')}`);
  }
  if (removed.length + linked.length > 0) log.info('Set "prune" to false to pack the tree as it is.');
}

/** What the largest files cost unpacked and in the zip, and what is packed more than once. */
export function logSizes(log: Logger, { files, size }: Manifest): void {
  const rows = largestFiles(files).map(({ path, size: unzipped, zippedSize = 0 }) => [
    bytes(unzipped),
    bytes(zippedSize),
    percent(zippedSize, size),
    path,
  ]);
  log.info(
    `The largest files, unpacked, in the zip, and their share of it:\n${formatTable(rows, [0, 1, 2])}`,
  );
  const contents = Map.groupBy(
    files.filter((file) => file.type === 'file' && file.size > 0),
    (file) => file.type === 'file' && file.sha256,
  );
  for (const equal of contents.values()) {
    if (equal.length > 1) log.info(`Of equal content: ${equal.map(({ path }) => path).join(', ')}`);
  }
}

/** What the job summary says of one layer. The sizes are known only of a layer that was packed. */
export interface Summary {
  readonly name: string;
  readonly cpu: string;
  readonly audit: Audit;
  readonly unzippedSize: number;
  readonly limits: Limits;
  readonly largest: readonly NamedSize[];
  readonly zip: { readonly size: number; readonly codeSha256: string } | undefined;
}

export function renderSummary(summary: Summary): string {
  const { name, cpu, audit, unzippedSize, limits, largest, zip } = summary;
  const { findings, runtime } = audit;
  const facts = [
    ['CPU', cpu],
    ['Audit', `${countFindings(findings)} (${runtime})`],
    ['Unpacked', share(unzippedSize, limits.unzipped)],
    ...(zip
      ? [
          ['Zip', share(zip.size, limits.zip)],
          ['CodeSha256', `\`${zip.codeSha256}\``],
        ]
      : []),
  ];
  const parts = [`### Layer ${code(name)}${zip ? '' : ' was not packaged'}`, renderTable(['', ''], facts)];
  if (findings.length > 0) {
    const rows = findings.map((finding) => [
      status(finding),
      code(finding.rule),
      code(finding.file),
      finding.subject === '' ? '' : code(finding.subject),
      escapeCell(finding.waived === undefined ? finding.message : `${finding.message} (${finding.waived})`),
    ]);
    parts.push(renderTable(['', 'Rule', 'File', 'Subject', 'What to do'], rows));
  }
  const files = largest.map(({ path, size, zippedSize }) => [
    code(path),
    size.toLocaleString('en-US'),
    ...(zippedSize === undefined || !zip
      ? []
      : [zippedSize.toLocaleString('en-US'), percent(zippedSize, zip.size)]),
  ]);
  const head = ['File', 'Bytes', ...(zip ? ['In the zip', 'Share'] : [])];
  parts.push(`<details><summary>The largest files</summary>\n\n${renderTable(head, files)}\n</details>`);
  return `${parts.join('\n\n')}\n`;
}

/** Those that fail the packaging. */
export function failures(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity, waived }) => severity === 'error' && waived === undefined);
}

function countFindings(findings: readonly Finding[]): string {
  const waived = findings.filter((finding) => finding.waived !== undefined).length;
  const errors = failures(findings).length;
  return `${plural(errors, 'error')}, ${plural(findings.length - waived - errors, 'warning')}, ${waived} waived`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function status({ severity, waived }: Finding): string {
  return waived === undefined ? severity : 'waived';
}

function toRow(finding: Finding): readonly string[] {
  return [status(finding), finding.rule, finding.file, finding.subject];
}

function share(size: number, limit: number): string {
  return `${bytes(size)}, ${percent(size, limit)} of what is allowed`;
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`;
}

/** @param figures columns that are flush right */
function formatTable(rows: readonly (readonly string[])[], figures: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return figures.includes(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Names come from files that anybody wrote: nothing in them may end a cell or open a tag. */
function code(text: string): string {
  return `<code>${escapeCell(text)}</code>`;
}

function escapeCell(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '&#124;')
    .replaceAll(/[\r\n]+/g, ' ');
}
