import type { Audit } from '#lib/audit/audit.ts';
import { describeTarget } from '#lib/audit/audit-log.ts';
import { summarizeFindings } from '#lib/audit/audit-summary.ts';
import { countFindings } from '#lib/audit/findings.ts';
import { bytes, type Limits, largestFiles, type NamedSize } from '#lib/layer/limits.ts';
import type { Manifest } from '#lib/layer/manifest.ts';
import type { Logger } from '#lib/node/logger.ts';
import { code, renderMarkdownTable } from '#lib/report/markdown.ts';
import { formatTable } from '#lib/report/text-table.ts';
import type { PrunedTree } from './prune/prune.ts';

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
    `The largest files, unpacked, in the zip, and their share of it:\n${formatTable(rows, { right: [0, 1, 2] })}`,
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
  const facts = [
    ['CPU', cpu],
    ['Audit', `${countFindings(audit.findings)} (${describeTarget(audit)})`],
    ['Unpacked', share(unzippedSize, limits.unzipped)],
    ...(zip
      ? [
          ['Zip', share(zip.size, limits.zip)],
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
  parts.push(
    `<details><summary>The largest files</summary>\n\n${renderMarkdownTable(head, files)}\n</details>`,
  );
  return `${parts.join('\n\n')}\n`;
}

function share(size: number, limit: number): string {
  return `${bytes(size)}, ${percent(size, limit)} of what is allowed`;
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`;
}
