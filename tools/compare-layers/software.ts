import { ActionError } from '#lib/node/errors.ts';

/** Change of a component's version. `before` or `after` is empty if that build lacks the component. */
export interface ComponentChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Names of the layers with this change. */
  readonly layers: readonly string[];
}

/**
 * Returns the version of each component in a CycloneDX document. Files are parts of components and are not listed.
 *
 * @param path path of the document, for error messages
 * @throws ActionError if the text is not a CycloneDX document in JSON
 */
export function readVersions(text: string, path: string): ReadonlyMap<string, string> {
  let bom: {
    readonly bomFormat?: string;
    readonly components?: readonly { name: string; version?: string }[];
  };
  try {
    bom = JSON.parse(text) as typeof bom;
  } catch (cause) {
    throw new ActionError(`${path} is not JSON. Create it again with package-layer.`, { cause });
  }
  if (bom.bomFormat !== 'CycloneDX') {
    throw new ActionError(`${path} is not a CycloneDX SBOM. Create it again with package-layer.`);
  }
  return new Map((bom.components ?? []).map(({ name, version = '' }) => [name, version]));
}

/** Compares the component versions of two builds, by layer. The same change in several layers is one result. */
export function compareComponents(
  before: ReadonlyMap<string, ReadonlyMap<string, string>>,
  after: ReadonlyMap<string, ReadonlyMap<string, string>>,
): readonly ComponentChange[] {
  const changes = new Map<string, ComponentChange>();
  for (const layer of new Set([...before.keys(), ...after.keys()])) {
    const [old, current] = [before.get(layer) ?? new Map(), after.get(layer) ?? new Map()];
    for (const name of new Set<string>([...old.keys(), ...current.keys()])) {
      const change = { name, before: old.get(name) ?? '', after: current.get(name) ?? '' };
      if (change.before === change.after) continue;
      const key = JSON.stringify(change);
      changes.set(key, { ...change, layers: [...(changes.get(key)?.layers ?? []), layer] });
    }
  }
  return [...changes.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
