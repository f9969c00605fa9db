import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseVersions, type Versions } from '#lib/layer/published-versions.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { LayerResult } from '../reconcile/result.ts';

export function versionsPath(output: string): string {
  return join(output, 'versions.json');
}

/**
 * Reads the versions in a file; empty if it does not exist. Numbers may be strings, as in Bref's layers.json.
 *
 * @throws ActionError if the file has another form
 */
export async function readVersions(path: string): Promise<Versions> {
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  const versions = parseVersions(json);
  if (versions === undefined) {
    throw new ActionError(
      `${path} must have the form {"<layer>": {"<region>": <number>}}. Move it away and run again.`,
    );
  }
  return versions;
}

/**
 * Collects the version numbers of all layers that did not fail. In a dry run, omits layers that would be published.
 * Regions that are not in this run, and optional regions that failed, keep their number from `previous`, because their
 * old layer version still exists.
 */
export function collectVersions(results: readonly LayerResult[], previous: Versions): Versions {
  const versions: Record<string, Record<string, number>> = {};
  for (const { layer } of results) versions[layer] = { ...previous[layer] };
  for (const { layer, region, outcome, version, isOptional } of results) {
    const numbers = versions[layer] ?? {};
    if (outcome === 'failed' && isOptional) continue;
    delete numbers[region];
    if (version !== undefined && outcome !== 'failed' && outcome !== 'would publish') {
      numbers[region] = version.version;
    }
  }
  return sortVersions(versions);
}

/** Describes layers whose number differs between regions: `php-82: 5 in 21 regions; 3 in af-south-1`. */
export function describeDifferences(versions: Versions): readonly string[] {
  return Object.entries(versions).flatMap(([layer, numbers]) => {
    const regionsByNumber = Map.groupBy(Object.keys(numbers), (region) => numbers[region] ?? 0);
    if (regionsByNumber.size <= 1) return [];
    const parts = [...regionsByNumber]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(
        ([number, regions]) =>
          `${number} in ${regions.length > 3 ? `${regions.length} regions` : regions.join(', ')}`,
      );
    return [`${layer}: ${parts.join('; ')}`];
  });
}

/** Writes this run's versions. Layers of other runs (such as layers for the other CPU) keep their entries. */
export async function writeVersions(output: string, own: Versions, earlier: Versions): Promise<void> {
  const json = `${JSON.stringify(sortVersions({ ...earlier, ...own }), undefined, 2)}\n`;
  await writeAtomically(versionsPath(output), (temporary) => writeFile(temporary, json));
}

/** Sorts layers and regions by name. */
function sortVersions(versions: Versions): Versions {
  return Object.fromEntries(
    sortedEntries(versions).map(([layer, regions]) => [layer, Object.fromEntries(sortedEntries(regions))]),
  );
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
