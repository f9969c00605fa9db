import { basename, dirname } from 'node:path';
import type { ElfFile } from '#lib/elf/elf.ts';
import type { ResolvePath } from './layer-paths.ts';
import type { Policy } from './policy.ts';
import { expandSearchPath, originOf } from './search-path.ts';

/** What the loader looks at in an ELF file. */
export type LoaderView = Pick<
  ElfFile,
  'interpreter' | 'needed' | 'soname' | 'rpath' | 'runpath' | 'versionDefinitions' | 'defines'
>;

/** An ELF file of the layer, or of one below it, as it would lie on Lambda. */
export interface LayerObject {
  /** Path in the layer. */
  readonly path: string;
  readonly elf: LoaderView;
  /** The name of the layer below that has it; undefined for a file of the layer itself. */
  readonly base: string | undefined;
}

/** An object in a process. */
interface LoadedObject {
  readonly object: LayerObject;
  /** The folder that it was opened in: `$ORIGIN`. */
  readonly origin: string;
  /** The object that asked for it; undefined for the executable. */
  readonly loader: LoadedObject | undefined;
}

/** Where one needed name of one object is found. */
export interface Resolution {
  readonly object: LayerObject;
  readonly name: string;
  readonly found:
    | { readonly kind: 'layer'; readonly object: LayerObject }
    | {
        readonly kind: 'os' /** The layer's own copy, which is not used. */;
        readonly shadowed: string | undefined;
      }
    | { readonly kind: 'missing' };
}

/** What is common to every process of a layer. */
export interface LoaderContext {
  readonly policy: Policy;
  readonly resolve: ResolvePath;
  /** The loadable objects by path: those of the right machine that are not malformed. */
  readonly objects: ReadonlyMap<string, LayerObject>;
}

/** A process of which an executable, or nothing yet, is loaded. */
export interface LayerProcess {
  /** Loads an object with all that it needs, in the loader's order; the way of each name that was looked for. */
  load(object: LayerObject): readonly Resolution[];
  /** The same process again, for trying what else could be loaded into it. */
  fork(): LayerProcess;
}

/**
 * glibc's search for libraries (elf/dl-load.c, _dl_map_object; ld.so(8)), on the layer's files and the OS's names
 * instead of a running system:
 *
 * 1. A library that is already in the process, by its name or SONAME.
 * 2. If the object that needs it has no DT_RUNPATH: the DT_RPATH of that object, then of the object that loaded it,
 *    and so up the chain, and of the executable in any case. An object that has a DT_RUNPATH keeps its DT_RPATH for
 *    itself and for nobody: it is ignored.
 * 3. LD_LIBRARY_PATH, in which Lambda puts the OS before /opt/lib.
 * 4. The DT_RUNPATH of the object that needs it, and of no other.
 * 5. The OS's default folders, which LD_LIBRARY_PATH had already.
 *
 * A file that is loaded by dlopen (a PHP extension, say) has the executable as its loader, so that it finds what the
 * executable's DT_RPATH leads to.
 */
export function createProcess(context: LoaderContext, executable: LayerObject | undefined): LayerProcess {
  return continueProcess(context, executable, { names: new Map(), objects: new Map() });
}

/** What is in a process: by every name that finds it, and by the file. */
interface Loaded {
  readonly names: Map<string, LoadedObject | 'os'>;
  readonly objects: Map<LayerObject, LoadedObject>;
}

function continueProcess(
  context: LoaderContext,
  executable: LayerObject | undefined,
  loaded: Loaded,
): LayerProcess {
  const main = executable && { object: executable, origin: originOf(executable.path), loader: undefined };
  return {
    load: (object) => {
      const first =
        object === executable && main ? main : { object, origin: originOf(object.path), loader: main };
      return loadAll(context, main, first, loaded);
    },
    fork: () =>
      continueProcess(context, executable, {
        names: new Map(loaded.names),
        objects: new Map(loaded.objects),
      }),
  };
}

/** Breadth first, as the loader does: what is found first serves everyone who asks later. */
function loadAll(
  context: LoaderContext,
  main: LoadedObject | undefined,
  first: LoadedObject,
  loaded: Loaded,
): readonly Resolution[] {
  const resolutions: Resolution[] = [];
  remember(loaded, first, basename(first.object.path));
  const queue = [first];
  // Not shift(): a queue may hold thousands.
  for (let next = 0; next < queue.length; next += 1) {
    const asker = queue[next] as LoadedObject;
    const { object } = asker;
    if (object.elf.needed.length === 0) continue;
    const folders = searchFolders(context, main, asker);
    for (const name of object.elf.needed) {
      const known = loaded.names.get(name);
      if (known !== undefined) {
        const found =
          known === 'os'
            ? ({ kind: 'os', shadowed: undefined } as const)
            : ({ kind: 'layer', object: known.object } as const);
        resolutions.push({ object, name, found });
        continue;
      }
      const { found, origin } = search(context, folders, name);
      resolutions.push({ object, name, found });
      if (found.kind === 'os') loaded.names.set(name, 'os');
      if (found.kind !== 'layer') continue;
      const present = loaded.objects.get(found.object);
      if (present !== undefined) {
        // The same file under another name: the loader knows it by its inode, and adds the name.
        loaded.names.set(name, present);
        continue;
      }
      const child = { object: found.object, origin, loader: asker };
      remember(loaded, child, name);
      queue.push(child);
    }
  }
  return resolutions;
}

function remember({ names, objects }: Loaded, child: LoadedObject, name: string): void {
  const { soname } = child.object.elf;
  objects.set(child.object, child);
  for (const known of [name, soname]) {
    if (known !== undefined && !names.has(known)) names.set(known, child);
  }
}

/** A folder that is searched, as the loader spells it. */
interface SearchFolder {
  readonly folder: string;
  readonly isOs: boolean;
}

function search(
  context: LoaderContext,
  folders: readonly SearchFolder[],
  name: string,
): { found: Resolution['found']; origin: string } {
  const { policy } = context;
  if (name.includes('/')) {
    const object = findInLayer(context, name);
    return { found: object ? { kind: 'layer', object } : { kind: 'missing' }, origin: dirname(name) };
  }
  const isOffered = policy.offers(name);
  for (const { folder, isOs } of folders) {
    if (isOs && isOffered) {
      const copies = folders.map((other) =>
        other.isOs ? undefined : findInLayer(context, `${other.folder}/${name}`),
      );
      const shadowed = copies.find((copy) => copy !== undefined)?.path;
      return { found: { kind: 'os', shadowed }, origin: folder };
    }
    const object = isOs ? undefined : findInLayer(context, `${folder}/${name}`);
    if (object !== undefined) return { found: { kind: 'layer', object }, origin: folder };
  }
  return { found: isOffered ? { kind: 'os', shadowed: undefined } : { kind: 'missing' }, origin: '' };
}

function findInLayer({ resolve, objects }: LoaderContext, path: string): LayerObject | undefined {
  const place = resolve(path);
  return place.kind === 'file' ? objects.get(place.path) : undefined;
}

/**
 * The folders in which an object's needs are looked for, in order: each place once, and only those that are there, so
 * that a search path of thousands of folders costs no more than the layer has.
 */
function searchFolders(
  { policy, resolve }: LoaderContext,
  main: LoadedObject | undefined,
  asker: LoadedObject,
): readonly SearchFolder[] {
  const own = ownFolders(policy, main, asker);
  const byPlace = new Map<string, SearchFolder>();
  for (const folder of [...own.rpath, ...policy.searchOrder, ...own.runpath]) {
    const place = resolve(folder);
    const isOs = place.kind === 'outside' && policy.isOsFolder(place.path);
    if (!isOs && place.kind !== 'folder') continue;
    const key = `${place.kind} ${place.path}`;
    if (!byPlace.has(key)) byPlace.set(key, { folder, isOs });
  }
  return [...byPlace.values()];
}

/** Where an object's own dynamic section sends the search: before LD_LIBRARY_PATH, and after it. */
function ownFolders(
  policy: Policy,
  main: LoadedObject | undefined,
  asker: LoadedObject,
): { rpath: readonly string[]; runpath: readonly string[] } {
  const { runpath } = asker.object.elf;
  if (runpath !== undefined) {
    return { rpath: [], runpath: expandSearchPath(runpath, asker.origin, policy) };
  }
  const chain: LoadedObject[] = [];
  for (let link: LoadedObject | undefined = asker; link !== undefined; link = link.loader) chain.push(link);
  if (main !== undefined && !chain.includes(main)) chain.push(main);
  const rpath = chain
    .filter(({ object }) => object.elf.runpath === undefined)
    .flatMap(({ object, origin }) => expandSearchPath(object.elf.rpath ?? '', origin, policy));
  return { rpath, runpath: [] };
}
