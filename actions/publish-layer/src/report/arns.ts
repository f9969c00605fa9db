import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import type { LayerResult } from '../reconcile/result.ts';

/** ARNs of layer versions by layer and region. */
export type Arns = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The ARNs of what did not fail; in a dry run of what would stay as it is. */
export function collectArns(results: readonly LayerResult[]): Arns {
  const arns: Record<string, Record<string, string>> = {};
  for (const { layer, region, outcome, version } of results) {
    arns[layer] ??= {};
    const stands = outcome !== 'failed' && outcome !== 'would publish';
    if (stands && version !== undefined) arns[layer][region] = version.arn;
  }
  return arns;
}

/** A table of regions and ARNs for each layer, ready for release notes. */
export function renderArns(arns: Arns): string {
  return Object.entries(arns)
    .map(([layer, regions]) => {
      const rows = Object.entries(regions).map(([region, arn]) => [region, `\`${arn}\``]);
      const table = rows.length === 0 ? 'Nowhere.' : renderMarkdownTable(['Region', 'ARN'], rows);
      return [`### ${layer}`, '', table, ''].join('\n');
    })
    .join('\n');
}

/** Where a run leaves its ARNs. */
export function arnsPath(output: string): string {
  return join(output, 'arns.md');
}

export async function writeArns(output: string, arns: Arns): Promise<void> {
  await writeAtomically(arnsPath(output), (temporary) => writeFile(temporary, renderArns(arns)));
}
