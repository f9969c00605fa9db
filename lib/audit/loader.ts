import { basename, dirname } from 'node:path';
import type { ElfFile } from '#lib/elf/elf.ts';
import type { ResolvePath } from './layer-paths.ts';
import type { Policy } from './policy.ts';
import { expandSearchPath, originOf } from './search-path.ts';

/** The fields of an ELF file that the loader uses. */
export type LoaderFields = Pick<
  ElfFile,
  'interpreter' | 'needed' | 'soname' | 'rpath' | 'runpath' | 'versionDefinitions' | 'defines'
> & {
  /** Names of the symbols that the file defines for others. Undefined if they are unknown. */
  readonly exports: ElfFile['exports'] | undefined;
};

/** An ELF file of the layer or of a lower layer. */
export interface LayerObject {
  /** Path in the layer. */
  readonly path: string;
  readonly elf: LoaderFields;
  /** Name of the lower layer that contains it. Undefined for a file of the audited layer. */
  readonly lowerLayer: string | undefined;
}

/** An object that a process has loaded. */
interface LoadedObject {
  readonly object: LayerObject;
  /** Folder that it was opened in: `$ORIGIN`. */
  readonly origin: string;
  /** Object that needs it. Undefined for the executable. */
  readonly loader: LoadedObject | undefined;
}

/** Result of the search for one needed library of one object. */
export interface Resolution {
  readonly object: LayerObject;
  readonly name: string;
  readonly found:
    | { readonly kind: 'layer'; readonly object: LayerObject }
    /** `shadowed` is the path of the layer's own copy, which is not loaded. */
    | { readonly kind: 'os'; readonly shadowed: string | undefined }
    | { readonly kind: 'missing' };
}

/** Facts that all processes of a layer share. */
export interface LoaderContext {
  readonly policy: Policy;
  readonly resolvePath: ResolvePath;
  /** Loadable objects by path: well-formed, and for the right machine. */
  readonly objects: ReadonlyMap<string, LayerObject>;
}

/** A simulated process. */
export interface LayerProcess {
  /** Loads an object and its libraries. Returns the result of each search, in the loader's order. */
  load(object: LayerObject): readonly Resolution[];
  /** Returns a copy of the process, for trying out another load. */
  fork(): LayerProcess;
}

/**
 * Starts a simulated process. It searches libraries as glibc does (elf/dl-load.c, _dl_map_object; ld.so(8)), but among
 * the layer's files and the OS's library names instead of on a running system:
 *
 * 1. A library that is already loaded, by its name or SONAME.
 * 2. If the object that needs it has no DT_RUNPATH: the DT_RPATH of that object, of the object that loaded it, and so
 *    on up the chain, and always of the executable. The DT_RPATH of an object with a DT_RUNPATH is ignored.
 * 3. LD_LIBRARY_PATH, in which Lambda lists the OS before /opt/lib.
 * 4. The DT_RUNPATH of the object that needs it, and of no other object.
 * 5. The OS's default folders, which LD_LIBRARY_PATH already contains.
 *
 * If dlopen loads an object, such as a PHP extension, the executable counts as its loader. The executable's DT_RPATH
 * therefore serves the object too.
 *
 * @param executable executable of the process. Without one, the search uses only LD_LIBRARY_PATH and the search paths
 *   of the loaded objects
 */
export function createProcess(context: LoaderContext, executable: LayerObject | undefined): LayerProcess {
  return continueProcess(context, executable, { names: new Map(), objects: new Map() });
}

/** Loaded objects of a process: by every name that finds them, and by file. */
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

/** Loads breadth first, as the loader does. A library that was found once serves all later requests for its name. */
function loadAll(
  context: LoaderContext,
  main: LoadedObject | undefined,
  first: LoadedObject,
  loaded: Loaded,
): readonly Resolution[] {
  const resolutions: Resolution[] = [];
  remember(loaded, first, basename(first.object.path));
  const queue = [first];
  // Array.shift() would be slow: a queue can hold thousands of objects.
  for (let next = 0; next < queue.length; next += 1) {
    const requester = queue[next] as LoadedObject;
    const { object } = requester;
    if (object.elf.needed.length === 0) continue;
    const folders = searchFolders(context, main, requester);
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
        // The loader recognizes a file under another name by its inode, and remembers the name.
        loaded.names.set(name, present);
        continue;
      }
      const child = { object: found.object, origin, loader: requester };
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

/** A folder to search, as the search path spells it. */
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

function findInLayer({ resolvePath, objects }: LoaderContext, path: string): LayerObject | undefined {
  const place = resolvePath(path);
  return place.kind === 'file' ? objects.get(place.path) : undefined;
}

/**
 * Lists the folders in which the libraries of an object are searched, in order. Only existing folders appear, and each
 * only once, so that a search path with thousands of entries stays cheap.
 */
function searchFolders(
  { policy, resolvePath }: LoaderContext,
  main: LoadedObject | undefined,
  requester: LoadedObject,
): readonly SearchFolder[] {
  const own = ownFolders(policy, main, requester);
  const byPlace = new Map<string, SearchFolder>();
  for (const folder of [...own.rpath, ...policy.searchOrder, ...own.runpath]) {
    const place = resolvePath(folder);
    const isOs = place.kind === 'outside' && policy.isOsFolder(place.path);
    if (!isOs && place.kind !== 'folder') continue;
    const key = `${place.kind} ${place.path}`;
    if (!byPlace.has(key)) byPlace.set(key, { folder, isOs });
  }
  return [...byPlace.values()];
}

/** Search paths of the objects themselves: `rpath` comes before LD_LIBRARY_PATH, `runpath` after it. */
function ownFolders(
  policy: Policy,
  main: LoadedObject | undefined,
  requester: LoadedObject,
): { rpath: readonly string[]; runpath: readonly string[] } {
  const { runpath } = requester.object.elf;
  if (runpath !== undefined) {
    return { rpath: [], runpath: expandSearchPath(runpath, requester.origin, policy) };
  }
  const chain: LoadedObject[] = [];
  for (let link: LoadedObject | undefined = requester; link !== undefined; link = link.loader) {
    chain.push(link);
  }
  if (main !== undefined && !chain.includes(main)) chain.push(main);
  const rpath = chain
    .filter(({ object }) => object.elf.runpath === undefined)
    .flatMap(({ object, origin }) => expandSearchPath(object.elf.rpath ?? '', origin, policy));
  return { rpath, runpath: [] };
}
