import type { Audit } from '#lib/audit/audit.ts';
import { describeTarget } from '#lib/audit/audit-log.ts';
import { summarizeFindings } from '#lib/audit/audit-summary.ts';
import { countFindings } from '#lib/audit/findings.ts';
import { formatBytes, type Limits, largestFiles, type NamedSize } from '#lib/layer/limits.ts';
import type { Manifest } from '#lib/layer/manifest.ts';
import type { Logger } from '#lib/node/logger.ts';
import { code, renderMarkdownTable } from '#lib/report/markdown.ts';
import { formatTable } from '#lib/report/text-table.ts';
import type { PrunedTree } from './prune/pruned-tree.ts';

/** Logs the files that were left out or became symlinks, one line per rule. */
export function logPruned(log: Logger, { removed, linked }: PrunedTree): void {
  const total = (entries: readonly { readonly size: number }[]): string =>
    formatBytes(entries.reduce((sum, { size }) => sum + size, 0));
  for (const [rule, entries] of Map.groupBy(removed, ({ rule }) => rule)) {
    const paths = entries.map(({ path }) => path);
    log.info(`Left out (${rule}, ${total(entries)}): ${paths.join(', ')}`);
  }
  if (linked.length > 0) {
    const links = linked.map(({ path, target }) => `${path} -> ${target}`);
    log.info(`Packed equal libraries once, saving ${total(linked)}: ${links.join(', ')}`);
  }
  if (removed.length + linked.length > 0) log.info('Set "prune" to false to pack the layer tree unchanged.');
}

/** Logs the sizes of the largest files, and groups of files with equal content. */
export function logSizes(log: Logger, { files, size }: Manifest): void {
  const rows = largestFiles(files).map(({ path, size: unzipped, zippedSize = 0 }) => [
    formatBytes(unzipped),
    formatBytes(zippedSize),
    percent(zippedSize, size),
    path,
  ]);
  const table = formatTable(rows, { right: [0, 1, 2] });
  log.info(`Largest files (unpacked, in the zip, share of the zip):\n${table}`);
  const contents = Map.groupBy(
    files.filter((file) => file.type === 'file' && file.size > 0),
    (file) => file.type === 'file' && file.sha256,
  );
  for (const equal of contents.values()) {
    if (equal.length > 1) log.info(`Equal content: ${equal.map(({ path }) => path).join(', ')}`);
  }
}

/** Facts for the job summary. `zip` is undefined if the layer was not packaged. */
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
  const facts = [
    ['CPU', cpu],
    ['Audit', `${countFindings(audit.findings)} (${describeTarget(audit)})`],
    ['Unpacked size', share(unzippedSize, limits.unzippedBytes)],
    ...(zip
      ? [
          ['Zip size', share(zip.size, limits.zipBytes)],
          ['CodeSha256', `\`${zip.codeSha256}\``],
        ]
      : []),
  ];
  const parts = [
    `### Layer ${code(name)}${zip ? '' : ' was not packaged'}`,
    renderMarkdownTable(['', ''], facts),
  ];
  parts.push(...summarizeFindings(audit.findings));
  const files = largest.map(({ path, size, zippedSize }) => [
    code(path),
    size.toLocaleString('en-US'),
    ...(zippedSize === undefined || !zip
      ? []
      : [zippedSize.toLocaleString('en-US'), percent(zippedSize, zip.size)]),
  ]);
  const head = ['File', 'Bytes', ...(zip ? ['In the zip', 'Share'] : [])];
  parts.push(`<details><summary>Largest files</summary>\n\n${renderMarkdownTable(head, files)}\n</details>`);
  return `${parts.join('\n\n')}\n`;
}

function share(sizeBytes: number, limitBytes: number): string {
  return `${formatBytes(sizeBytes)}, ${percent(sizeBytes, limitBytes)} of the limit`;
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`;
}
