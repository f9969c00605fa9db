import { ActionError } from '#lib/node/errors.ts';

/** A component of an SBOM by name; `Before` or `After` is empty where it was not there. */
export interface ComponentChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Names of the layers in which it changed so. */
  readonly layers: readonly string[];
}

/** Versions by component, of a CycloneDX document in JSON. Files, which are parts of components, do not count. */
export function readVersions(text: string, path: string): ReadonlyMap<string, string> {
  let bom: {
    readonly bomFormat?: string;
    readonly components?: readonly { name: string; version?: string }[];
  };
  try {
    bom = JSON.parse(text) as typeof bom;
  } catch (cause) {
    throw new ActionError(`${path} cannot be read as JSON.`, { cause });
  }
  if (bom.bomFormat !== 'CycloneDX') throw new ActionError(`${path} is no SBOM of CycloneDX.`);
  return new Map((bom.components ?? []).map(({ name, version = '' }) => [name, version]));
}

/** What differs between the SBOMs of two builds, by layer; the same change in several layers is one line. */
export function compareComponents(
  before: ReadonlyMap<string, ReadonlyMap<string, string>>,
  after: ReadonlyMap<string, ReadonlyMap<string, string>>,
): readonly ComponentChange[] {
  const changes = new Map<string, ComponentChange>();
  for (const layer of new Set([...before.keys(), ...after.keys()])) {
    const [old, found] = [before.get(layer) ?? new Map(), after.get(layer) ?? new Map()];
    for (const name of new Set<string>([...old.keys(), ...found.keys()])) {
      const change = { name, before: old.get(name) ?? '', after: found.get(name) ?? '' };
      if (change.before === change.after) continue;
      const key = JSON.stringify(change);
      changes.set(key, { ...change, layers: [...(changes.get(key)?.layers ?? []), layer] });
    }
  }
  return [...changes.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
