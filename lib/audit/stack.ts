import type { ManifestEntry } from '#lib/layer/manifest.ts';
import type { Tree, TreeEntry } from '#lib/layer/tree.ts';
import type { LayerPaths } from './layer-paths.ts';
import type { LayerObject } from './loader.ts';
import type { BaseLayer } from './lower-layers.ts';

/** What lies in /opt once every layer is unpacked: Lambda unpacks them in order, so that a later file replaces. */
export interface Stack {
  readonly paths: LayerPaths;
  /** The entries of the layers below, by path, each with the layer that it is from. */
  readonly below: ReadonlyMap<string, { readonly base: string; readonly entry: ManifestEntry }>;
  readonly foldersBelow: ReadonlySet<string>;
  /** The loadable files of the layers below that nothing replaces. */
  readonly objectsBelow: readonly LayerObject[];
}

export function stackLayers(bases: readonly BaseLayer[], tree: Pick<Tree, 'entries' | 'folders'>): Stack {
  const below = new Map(
    bases.flatMap(({ name, entries }) =>
      [...entries].map(([path, entry]) => [path, { base: name, entry }] as const),
    ),
  );
  const own = new Map<string, TreeEntry>(tree.entries.map((entry) => [entry.path, entry]));
  const entries = new Map<string, ManifestEntry | TreeEntry>([
    ...[...below].map(([path, { entry }]) => [path, entry] as const),
    ...own,
  ]);
  const foldersBelow = new Set([...below.keys()].flatMap(parentsOf));
  const links = [...entries.values()].flatMap((entry) =>
    entry.type === 'symlink' ? [[entry.path, entry.target] as const] : [],
  );
  const files = [...entries.values()].flatMap(({ type, path }) => (type === 'file' ? [path] : []));
  return {
    paths: {
      files: new Set(files),
      links: new Map(links),
      folders: new Set([...foldersBelow, ...tree.folders].filter((folder) => !entries.has(folder))),
    },
    below,
    foldersBelow,
    objectsBelow: bases
      .flatMap(({ objects }) => objects)
      .filter(({ path, base }) => below.get(path)?.base === base && !own.has(path)),
  };
}

/** `a/b/c` lies in `a` and `a/b`. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
