import { readFile } from 'node:fs/promises';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';

/** Version numbers by layer and region. */
export type Versions = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * The versions in a JSON text as publish-layer writes it; numbers may be texts, as in Bref's layers.json. Undefined
 * where the text is something else.
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

/** As `parseVersions`; what is none is an ActionError that says where it was. */
export function requireVersions(json: string, where: string): Versions {
  const versions = parseVersions(json);
  if (versions === undefined) {
    throw new ActionError(
      `${where} must be {"<layer>": {"<region>": <number>}}, as publish-layer writes it.`,
    );
  }
  return versions;
}

/**
 * The versions of several files. Where they have the same layer in the same region, the last one counts, in order of
 * name with numbers as numbers: a job that was run again leaves `…-2` beside `…-1`.
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
