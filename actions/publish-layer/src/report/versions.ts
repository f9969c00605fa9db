import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import { ActionError } from '../../../shared/errors.ts';

/** Version numbers by layer and region, both sorted by name. */
export type Versions = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Where a run leaves its version numbers. */
export function versionsPath(output: string): string {
  return join(output, 'versions.json');
}

/**
 * The versions that earlier runs left in the folder, none where there is no file. Throws an ActionError when the
 * file is something else.
 */
export async function readVersions(output: string): Promise<Versions> {
  const path = versionsPath(output);
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  const versions = parse(json);
  if (versions === undefined) {
    throw new ActionError(
      `${path} must be {"<layer>": {"<region>": <number>}}, as publish-layer writes it; move it away and run again.`,
    );
  }
  return versions;
}

/**
 * Writes this run's versions. Of layers that are not in this run (another call's, for the other CPU) what the file
 * has is kept; of those that are, nothing is: a region that failed is not listed with an earlier number.
 */
export async function writeVersions(output: string, own: Versions, earlier: Versions): Promise<void> {
  const json = `${JSON.stringify(sortVersions({ ...earlier, ...own }), undefined, 2)}\n`;
  await writeAtomically(versionsPath(output), (temporary) => writeFile(temporary, json));
}

/** The same numbers with layers and regions in order of name. */
export function sortVersions(versions: Versions): Versions {
  return Object.fromEntries(
    sortedEntries(versions).map(([layer, regions]) => [layer, Object.fromEntries(sortedEntries(regions))]),
  );
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function parse(json: string): Versions | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const isVersions = isRecord(value) && Object.values(value).every(isNumbers);
  return isVersions ? (value as Versions) : undefined;
}

function isNumbers(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every(Number.isInteger);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
