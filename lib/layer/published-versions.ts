import { readFile } from 'node:fs/promises';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';

/** Layer versions by layer and region. */
export type Versions = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Parses layer versions in the JSON form that publish-layer writes. Numbers may be strings, as in Bref's layers.json.
 * Returns undefined if the text has another form.
 */
export function parseVersions(json: string): Versions | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const versions: Record<string, Record<string, number>> = {};
  for (const [layer, regions] of Object.entries(value)) {
    if (!isRecord(regions)) return undefined;
    const numbers: Record<string, number> = {};
    for (const [region, number] of Object.entries(regions)) {
      if (!/^[1-9]\d*$/.test(String(number))) return undefined;
      numbers[region] = Number(number);
    }
    versions[layer] = numbers;
  }
  return versions;
}

/**
 * Parses layer versions like `parseVersions`.
 *
 * @param source name of the file or input, for the error
 * @throws ActionError if the text has another form
 */
export function requireVersions(json: string, source: string): Versions {
  const versions = parseVersions(json);
  if (versions === undefined) {
    throw new ActionError(
      `${source} must be JSON of the form {"<layer>": {"<region>": <number>}}, as publish-layer writes it.`,
    );
  }
  return versions;
}

/**
 * Reads layer versions from several files. If several files contain the same layer and region, the last file wins.
 * Files are sorted by name with numbers in numeric order, because a job that ran again leaves `…-2` beside `…-1`.
 *
 * @throws ActionError if a file has another form
 */
export async function mergeVersionFiles(paths: readonly string[]): Promise<Versions> {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const versions: Record<string, Record<string, number>> = {};
  for (const path of [...new Set(paths)].sort(compare)) {
    for (const [layer, numbers] of Object.entries(requireVersions(await readFile(path, 'utf8'), path))) {
      versions[layer] = { ...versions[layer], ...numbers };
    }
  }
  return versions;
}
