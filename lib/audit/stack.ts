import type { ManifestEntry } from '#lib/layer/manifest.ts';
import type { Tree, TreeEntry } from '#lib/layer/tree.ts';
import type { LayerPaths } from './layer-paths.ts';
import type { LayerObject } from './loader.ts';
import type { LowerLayer } from './lower-layers.ts';

/** Content of /opt after Lambda has unpacked all layers in order. A later file replaces an earlier one. */
export interface Stack {
  readonly paths: LayerPaths;
  /** Entries of the lower layers by path, each with the name of its layer. */
  readonly lowerEntries: ReadonlyMap<string, { readonly layer: string; readonly entry: ManifestEntry }>;
  readonly lowerFolders: ReadonlySet<string>;
  /** Loadable files of the lower layers that no other layer replaces. */
  readonly lowerObjects: readonly LayerObject[];
}

/**
 * Stacks a layer on its lower layers.
 *
 * @param lowerLayers lower layers, the lowest first
 * @param tree tree of the layer on top
 */
export function stackLayers(
  lowerLayers: readonly LowerLayer[],
  tree: Pick<Tree, 'entries' | 'folders'>,
): Stack {
  const lowerEntries = new Map(
    lowerLayers.flatMap(({ name, entries }) =>
      [...entries].map(([path, entry]) => [path, { layer: name, entry }] as const),
    ),
  );
  const own = new Map<string, TreeEntry>(tree.entries.map((entry) => [entry.path, entry]));
  const entries = new Map<string, ManifestEntry | TreeEntry>([
    ...[...lowerEntries].map(([path, { entry }]) => [path, entry] as const),
    ...own,
  ]);
  const lowerFolders = new Set([...lowerEntries.keys()].flatMap(parentsOf));
  const links = [...entries.values()].flatMap((entry) =>
    entry.type === 'symlink' ? [[entry.path, entry.target] as const] : [],
  );
  const files = [...entries.values()].flatMap(({ type, path }) => (type === 'file' ? [path] : []));
  return {
    paths: {
      files: new Set(files),
      links: new Map(links),
      folders: new Set([...lowerFolders, ...tree.folders].filter((folder) => !entries.has(folder))),
    },
    lowerEntries,
    lowerFolders,
    lowerObjects: lowerLayers
      .flatMap(({ objects }) => objects)
      .filter(({ path, lowerLayer }) => lowerEntries.get(path)?.layer === lowerLayer && !own.has(path)),
  };
}

/** The parents of `a/b/c` are `a` and `a/b`. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
