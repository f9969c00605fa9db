import { basename, dirname } from 'node:path';
import type { ElfFile } from '../elf/elf.ts';
import type { ResolvePath } from './layer-paths.ts';
import type { Policy } from './policy.ts';
import { expandSearchPath, originOf } from './search-path.ts';

/** An ELF file of the layer, as it would lie on Lambda. */
export interface LayerObject {
  /** Path in the layer. */
  readonly path: string;
  readonly elf: ElfFile;
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
  /** The layer's loadable objects by path: those of the right machine that are not malformed. */
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
  return continueProcess(context, executable, new Map());
}

type Loaded = Map<string, LoadedObject | 'os'>;

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
    fork: () => continueProcess(context, executable, new Map(loaded)),
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
  for (let asker = queue.shift(); asker !== undefined; asker = queue.shift()) {
    for (const name of asker.object.elf.needed) {
      const known = loaded.get(name);
      if (known !== undefined) {
        const found =
          known === 'os'
            ? ({ kind: 'os', shadowed: undefined } as const)
            : ({ kind: 'layer', object: known.object } as const);
        resolutions.push({ object: asker.object, name, found });
        continue;
      }
      const { found, origin } = search(context, main, asker, name);
      resolutions.push({ object: asker.object, name, found });
      if (found.kind === 'os') loaded.set(name, 'os');
      if (found.kind === 'layer') {
        const child = { object: found.object, origin, loader: asker };
        remember(loaded, child, name);
        queue.push(child);
      }
    }
  }
  return resolutions;
}

function remember(loaded: Loaded, child: LoadedObject, name: string): void {
  loaded.set(name, child);
  if (child.object.elf.soname !== undefined) loaded.set(child.object.elf.soname, child);
}

function search(
  context: LoaderContext,
  main: LoadedObject | undefined,
  asker: LoadedObject,
  name: string,
): { found: Resolution['found']; origin: string } {
  const { policy } = context;
  if (name.includes('/')) {
    const object = findInLayer(context, name);
    return { found: object ? { kind: 'layer', object } : { kind: 'missing' }, origin: dirname(name) };
  }
  const own = ownFolders(policy, main, asker);
  const folders = [...own.rpath, ...policy.searchOrder, ...own.runpath];
  for (const folder of folders) {
    const object = findInLayer(context, `${folder}/${name}`);
    if (object !== undefined) return { found: { kind: 'layer', object }, origin: folder };
    if (isInOs(context, folder) && policy.offers(name)) {
      const copies = folders.map((other) => findInLayer(context, `${other}/${name}`));
      const shadowed = copies.find((copy) => copy !== undefined)?.path;
      return { found: { kind: 'os', shadowed }, origin: folder };
    }
  }
  return {
    found: policy.offers(name) ? { kind: 'os', shadowed: undefined } : { kind: 'missing' },
    origin: '',
  };
}

function findInLayer({ resolve, objects }: LoaderContext, path: string): LayerObject | undefined {
  const place = resolve(path);
  return place.kind === 'file' ? objects.get(place.path) : undefined;
}

function isInOs({ policy, resolve }: LoaderContext, folder: string): boolean {
  const place = resolve(folder);
  return place.kind === 'outside' && policy.isOsFolder(place.path);
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
