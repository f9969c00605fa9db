import { renderMarkdownTable } from '#lib/report/markdown.ts';
import type { LayerAudit } from './compare.ts';
import type { RegionLayers } from './read-region.ts';

/** Number of hash digits that are shown. */
const shownDigits = 12;

/** Renders a table with a row per layer and region. `Equal` compares with the majority. */
export function renderRows(audits: readonly LayerAudit[]): string {
  const rows = audits.flatMap(({ rows }) =>
    rows.map(({ layer, region, facts, differences }) => [
      layer,
      region,
      facts?.version ?? '-',
      facts?.content.slice(0, shownDigits) ?? '-',
      facts?.access ?? '-',
      differences.length === 0 ? 'yes' : `no: ${differences.join(', ')}`,
    ]),
  );
  return renderMarkdownTable(['Layer', 'Region', 'Version', 'Content', 'Access', 'Equal'], rows);
}

/**
 * Renders a sentence per layer, and one per region that could not be read.
 *
 * @param built hashes of the local zips, by layer
 */
export function renderVerdicts(
  audits: readonly LayerAudit[],
  regions: readonly RegionLayers[],
  built: ReadonlyMap<string, string>,
): readonly string[] {
  const faults = regions.filter(({ fault }) => fault !== undefined);
  return [
    ...audits.map((audit) => `${audit.layer}: ${describeAudit(audit)}${describeBuilt(audit, built)}.`),
    ...faults.map(({ region, fault }) => `${region} could not be read: ${fault}`),
  ];
}

function describeAudit({ rows, majority }: LayerAudit): string {
  const differing = rows.filter(({ differences }) => differences.length > 0);
  const summary = `version ${majority.version}, ${majority.access}`;
  if (differing.length === 0) {
    return `equal in ${rows.length} ${rows.length === 1 ? 'region' : 'regions'} (${summary})`;
  }
  const others = differing.map(({ region, differences }) => `${region} (${differences.join(', ')})`);
  const equalCount = rows.length - differing.length;
  return `${equalCount} of ${rows.length} regions are equal (${summary}); others: ${others.join(', ')}`;
}

function describeBuilt({ layer, majority }: LayerAudit, built: ReadonlyMap<string, string>): string {
  const codeSha256 = built.get(layer);
  if (codeSha256 === undefined) return '';
  return codeSha256 === majority.content ? '; the local zip is equal' : '; the local zip differs';
}
