import { describeAccess } from '#lib/aws/grants.ts';
import type { LayerResult, Outcome } from '../reconcile/result.ts';

/** Renders the results as aligned columns: region, layer, result, version, access, cause or notes. */
export function renderTable(results: readonly LayerResult[]): string {
  const rows = [['region', 'layer', 'result', 'version', 'access', ''], ...results.map(toCells)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Returns the cells of a result, each on one line. */
export function toCells(result: LayerResult): readonly string[] {
  const { region, layer, outcome, version, cause, notes, isOptional } = result;
  const access = version === undefined ? '-' : describeAccess(version.grants);
  const label = outcome === 'failed' && isOptional ? 'failed (optional)' : outcome;
  const number = version?.version.toString() ?? '-';
  return [region, layer, label, number, access, toOneLine(cause ?? notes.join('; '))];
}

/** Counts the outcomes, as in `3 published, 63 unchanged`. */
export function describeCounts(results: readonly LayerResult[]): string {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

/** Returns the counts for the action's outputs. A dry run counts planned changes. */
export function countOutcomes(
  results: readonly LayerResult[],
): Readonly<Record<'published' | 'granted' | 'skipped' | 'failed', number>> {
  const count = (...outcomes: readonly Outcome[]) =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    published: count('published', 'would publish'),
    granted: count('granted', 'would grant'),
    skipped: count('unchanged'),
    failed: count('failed'),
  };
}

export function toOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
