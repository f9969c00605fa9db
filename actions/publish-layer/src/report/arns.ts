import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';
import type { LayerResult } from '../reconcile/result.ts';

/** ARNs of layer versions by layer and region. */
export type Arns = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Collects the ARNs of all layers that did not fail. In a dry run, omits layers that would be published. */
export function collectArns(results: readonly LayerResult[]): Arns {
  const arns: Record<string, Record<string, string>> = {};
  for (const { layer, region, outcome, version } of results) {
    arns[layer] ??= {};
    const isCurrent = outcome !== 'failed' && outcome !== 'would publish';
    if (isCurrent && version !== undefined) arns[layer][region] = version.arn;
  }
  return arns;
}

/** Renders a table of regions and ARNs per layer, for release notes. */
export function renderArns(arns: Arns): string {
  return Object.entries(arns)
    .map(([layer, regions]) => {
      const rows = Object.entries(regions).map(([region, arn]) => [region, `\`${arn}\``]);
      const table = rows.length === 0 ? 'Not published.' : renderMarkdownTable(['Region', 'ARN'], rows);
      return [`### ${layer}`, '', table, ''].join('\n');
    })
    .join('\n');
}

export function arnsPath(output: string): string {
  return join(output, 'arns.md');
}

export async function writeArns(output: string, arns: Arns): Promise<void> {
  await writeAtomically(arnsPath(output), (temporary) => writeFile(temporary, renderArns(arns)));
}
