import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseVersions, type Versions } from '#lib/layer/published-versions.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { LayerResult } from '../reconcile/result.ts';

/** Where a run leaves its version numbers. */
export function versionsPath(output: string): string {
  return join(output, 'versions.json');
}

/**
 * The versions in a file, none where there is none. Numbers may be texts, as in Bref's layers.json. Throws an
 * ActionError when the file is something else.
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
      `${path} must be {"<layer>": {"<region>": <number>}}, as publish-layer writes it; move it away and run again.`,
    );
  }
  return versions;
}

/**
 * The version numbers of this run: those of what did not fail, and in a dry run of what would stay as it is. A region
 * that was left out on purpose, or may fail and did, keeps the number that it had in `previous`: its old version is
 * still there, and whoever uses it must still find it.
 */
export function collectVersions(results: readonly LayerResult[], previous: Versions): Versions {
  const versions: Record<string, Record<string, number>> = {};
  for (const { layer } of results) versions[layer] = { ...previous[layer] };
  for (const { layer, region, outcome, version, isOptional } of results) {
    const own = versions[layer] ?? {};
    if (outcome === 'failed' && isOptional) continue;
    delete own[region];
    if (version !== undefined && outcome !== 'failed' && outcome !== 'would publish')
      own[region] = version.version;
  }
  return sortVersions(versions);
}

/** Layers whose number is not the same everywhere, in words: `php-82: 5 in 21 regions, 3 in af-south-1`. */
export function describeDifferences(versions: Versions): readonly string[] {
  return Object.entries(versions).flatMap(([layer, numbers]) => {
    const regionsOf = Map.groupBy(Object.keys(numbers), (region) => numbers[region] ?? 0);
    if (regionsOf.size <= 1) return [];
    const parts = [...regionsOf]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(
        ([number, regions]) =>
          `${number} in ${regions.length > 3 ? `${regions.length} regions` : regions.join(', ')}`,
      );
    return [`${layer}: ${parts.join('; ')}`];
  });
}

/**
 * Writes this run's versions. Of layers that are not in this run (another call's, for the other CPU) what the file
 * has is kept.
 */
export async function writeVersions(output: string, own: Versions, earlier: Versions): Promise<void> {
  const json = `${JSON.stringify(sortVersions({ ...earlier, ...own }), undefined, 2)}\n`;
  await writeAtomically(versionsPath(output), (temporary) => writeFile(temporary, json));
}

/** The same numbers with layers and regions in order of name. */
function sortVersions(versions: Versions): Versions {
  return Object.fromEntries(
    sortedEntries(versions).map(([layer, regions]) => [layer, Object.fromEntries(sortedEntries(regions))]),
  );
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
