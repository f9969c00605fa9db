import type { Manifest } from '#lib/layer/manifest.ts';

/** A layer's sizes in two builds, in bytes; undefined where a build lacks the layer. */
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

/** The sizes of every layer of either build, in order of name. */
export function compareSizes(before: Manifests, after: Manifests): readonly SizeChange[] {
  return namesOf(before, after).map((layer) => {
    const [old, found] = [before.get(layer), after.get(layer)];
    return { layer, zip: [old?.size, found?.size], unzipped: [old?.unzippedSize, found?.unzippedSize] };
  });
}

/** The extensions that came or went, of layers that both builds have. */
export function compareExtensions(before: Manifests, after: Manifests): readonly ExtensionChange[] {
  const changes = new Map<string, ExtensionChange>();
  for (const layer of namesOf(before, after)) {
    const [old, found] = [before.get(layer), after.get(layer)];
    if (old === undefined || found === undefined) continue;
    const [had, has] = [extensionsOf(old), extensionsOf(found)];
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

/** As build-php says in the metadata of a tree; none of what another builder made. */
function extensionsOf({ metadata }: Manifest): ReadonlySet<string> {
  const { static: compiled = [], shared = [] } = (metadata?.extensions ?? {}) as Partial<
    Record<'static' | 'shared', readonly string[]>
  >;
  return new Set([...compiled, ...shared]);
}
