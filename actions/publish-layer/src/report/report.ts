import { ActionError } from '../../../shared/errors.ts';
import type { Versions } from './versions.ts';
import { sortVersions } from './versions.ts';

/** What became of one layer in one region. */
export interface LayerResult {
  readonly region: string;
  readonly layer: string;
  readonly outcome: Outcome;
  /** What the region has now; undefined where it has none, or it is not known. */
  readonly version: number | undefined;
  readonly arn: string | undefined;
  /** As the region's policy says; undefined where there is no version to ask about. */
  readonly isPublic: boolean | undefined;
  /** Of a failure; what to do is in it. */
  readonly cause: string | undefined;
  /** What is worth knowing and no failure. */
  readonly notes: readonly string[];
}

/** The last two are a dry run's. */
export type Outcome = 'published' | 'granted' | 'unchanged' | 'failed' | 'would publish' | 'would grant';

/** The version numbers of what did not fail. In a dry run: of what would stay as it is. */
export function collectVersions(results: readonly LayerResult[]): Versions {
  const versions: Record<string, Record<string, number>> = {};
  for (const { layer, region, outcome, version } of results) {
    versions[layer] ??= {};
    const stands = outcome !== 'failed' && outcome !== 'would publish';
    if (stands && version !== undefined) versions[layer][region] = version;
  }
  return sortVersions(versions);
}

/** The results as aligned columns: region, layer, result, version, access, cause or notes. */
export function renderTable(results: readonly LayerResult[]): string {
  const rows = [['region', 'layer', 'result', 'version', 'access', ''], ...results.map(cells)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

function cells({ region, layer, outcome, version, isPublic, cause, notes }: LayerResult): string[] {
  const access = isPublic === undefined ? '-' : isPublic ? 'public' : 'private';
  return [region, layer, outcome, version?.toString() ?? '-', access, oneLine(cause ?? notes.join('; '))];
}

/** How often each result came about, such as `3 published, 63 unchanged`. */
export function countOutcomes(results: readonly LayerResult[]): string {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

/** The results for the job summary: a table, and every ARN. */
export function renderSummary(results: readonly LayerResult[], account: string): string {
  const rows = results.map((result) => `| ${cells(result).map(escapeCell).join(' | ')} |`);
  const arns = results.flatMap(({ arn, outcome }) =>
    arn === undefined || outcome === 'failed' ? [] : [arn],
  );
  return [
    `### Layers in account ${account}: ${countOutcomes(results)}`,
    '',
    '| Region | Layer | Result | Version | Access | Cause or note |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `<details><summary>${arns.length} ARNs</summary>`,
    '',
    '```',
    ...arns,
    '```',
    '',
    '</details>',
    '',
  ].join('\n');
}

/** Throws an ActionError that lists what failed, with causes, when anything did. */
export function assertNoneFailed(results: readonly LayerResult[]): void {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return;
  const lines = failed.map(({ region, layer, cause }) => `  ${region} ${layer}: ${cause}`);
  throw new ActionError(
    `${failed.length} of ${results.length} layers in regions failed; the others are done, and a new run sends ` +
      `only what is missing.\n${lines.join('\n')}`,
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
