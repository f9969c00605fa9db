import type { StoredVersion } from './protocol.ts';

export interface LayerVersion {
  readonly codeSha256: string;
  /** The request's other properties: runtimes, architectures, description. */
  readonly properties: Readonly<Record<string, unknown>>;
  isPublic: boolean;
}

/** The layer versions of all regions. Numbers start at 1 for each layer in each region. */
export interface LayerStore {
  add(region: string, layer: string, version: LayerVersion): number;
  /** Returns the versions, oldest first. */
  list(region: string, layer: string): readonly LayerVersion[];
  dump(): readonly StoredVersion[];
  clear(): void;
}

export function createLayerStore(): LayerStore {
  const regions = new Map<string, Map<string, LayerVersion[]>>();
  return {
    add(region, layer, version) {
      const layers = regions.get(region) ?? new Map<string, LayerVersion[]>();
      const versions = layers.get(layer) ?? [];
      regions.set(region, layers.set(layer, versions));
      return versions.push(version);
    },
    list: (region, layer) => regions.get(region)?.get(layer) ?? [],
    dump: () =>
      [...regions].flatMap(([region, layers]) =>
        [...layers].flatMap(([layer, versions]) =>
          versions.map(({ codeSha256, isPublic }) => ({ region, layer, codeSha256, isPublic })),
        ),
      ),
    clear: () => regions.clear(),
  };
}
