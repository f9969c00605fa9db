import type { Versions } from '#lib/layer/published-versions.ts';
import { escapeMarkdown, renderMarkdownTable } from '#lib/report/markdown.ts';
import type { LayerResult } from '../reconcile/result.ts';
import { collectArns, renderArns } from './arns.ts';
import { describeCounts, toCells } from './table.ts';
import { describeDifferences } from './versions-file.ts';

/** GitHub drops a step's summary if it is longer than 1 MiB. */
const summaryLimitBytes = 1024 * 1024;

/** Renders the job summary: a table with failures first, differing version numbers, and all ARNs. */
export function renderSummary(results: readonly LayerResult[], versions: Versions, account: string): string {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const others = results.filter(({ outcome }) => outcome !== 'failed');
  const differences = describeDifferences(versions);
  const head = [`### Layers in account ${account}: ${describeCounts(results)}`, ''];
  const numbers =
    differences.length === 0
      ? []
      : ['Version numbers differ between regions:', '', ...differences.map((line) => `- ${line}`), ''];
  const columns = ['Region', 'Layer', 'Result', 'Version', 'Access', 'Cause or note'];
  const rows = [...failed, ...others].map((result) => toCells(result).map(escapeMarkdown));
  const table = [renderMarkdownTable(columns, rows), ''];
  const arns = ['<details><summary>ARNs</summary>', '', renderArns(collectArns(results)), '</details>', ''];
  const whole = [...head, ...numbers, ...table, ...arns].join('\n');
  if (Buffer.byteLength(whole) <= summaryLimitBytes) return whole;
  return [
    ...head,
    ...numbers,
    'The table is too large for a job summary. See the log, `versions.json` and `arns.md`.',
    '',
  ].join('\n');
}
