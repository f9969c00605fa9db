import { renderMarkdownTable } from '#lib/report/markdown.ts';
import type { LayerAudit } from './compare.ts';
import type { RegionLayers } from './look.ts';

/** Digits of a hash that tell contents apart for a reader. */
const shownDigits = 12;

/** Every layer in every region, a line each; `equal`: to most regions. */
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
 * A sentence for each layer, and one for each region that could not be asked.
 *
 * @param built content of the zips on this machine, by layer
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

function describeAudit({ rows, usual }: LayerAudit): string {
  const odd = rows.filter(({ differences }) => differences.length > 0);
  const rule = `version ${usual.version}, ${usual.access}`;
  if (odd.length === 0)
    return `equal in ${rows.length} ${rows.length === 1 ? 'region' : 'regions'} (${rule})`;
  const said = odd.map(({ region, differences }) => `${region} (${differences.join(', ')})`);
  return `${rows.length - odd.length} of ${rows.length} regions are equal (${rule}); others: ${said.join(', ')}`;
}

function describeBuilt({ layer, usual }: LayerAudit, built: ReadonlyMap<string, string>): string {
  const own = built.get(layer);
  if (own === undefined) return '';
  return own === usual.content ? '; the zip here is the same' : '; the zip here is another';
}
