import type { Manifest } from '#lib/layer/manifest.ts';

/** Sizes of a layer in two builds, in bytes; undefined if a build lacks the layer. */
export interface SizeChange {
  readonly layer: string;
  readonly zip: readonly [before: number | undefined, after: number | undefined];
  readonly unzipped: readonly [before: number | undefined, after: number | undefined];
}

/** An extension that only one of two builds has. */
export interface ExtensionChange {
  readonly name: string;
  readonly isNew: boolean;
  readonly layers: readonly string[];
}

type Manifests = ReadonlyMap<string, Manifest>;

/** Compares the sizes of all layers of both builds, sorted by name. */
export function compareSizes(before: Manifests, after: Manifests): readonly SizeChange[] {
  return namesOf(before, after).map((layer) => {
    const [old, current] = [before.get(layer), after.get(layer)];
    return { layer, zip: [old?.size, current?.size], unzipped: [old?.unzippedSize, current?.unzippedSize] };
  });
}

/** Returns the extensions that were added to or removed from the layers that both builds have. */
export function compareExtensions(before: Manifests, after: Manifests): readonly ExtensionChange[] {
  const changes = new Map<string, ExtensionChange>();
  for (const layer of namesOf(before, after)) {
    const [old, current] = [before.get(layer), after.get(layer)];
    if (old === undefined || current === undefined) continue;
    const [had, has] = [extensionsOf(old), extensionsOf(current)];
    for (const name of new Set([...had, ...has])) {
      if (had.has(name) === has.has(name)) continue;
      const key = `${name} ${has.has(name)}`;
      changes.set(key, { name, isNew: has.has(name), layers: [...(changes.get(key)?.layers ?? []), layer] });
    }
  }
  return [...changes.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function namesOf(before: Manifests, after: Manifests): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
}

/** Returns the extensions in build-php's metadata. A layer of another builder has none. */
function extensionsOf({ metadata }: Manifest): ReadonlySet<string> {
  const facts = (metadata?.facts ?? {}) as {
    readonly extensions?: Partial<Record<'static' | 'shared', string[]>>;
  };
  const { static: compiled = [], shared = [] } = facts.extensions ?? {};
  return new Set([...compiled, ...shared]);
}
