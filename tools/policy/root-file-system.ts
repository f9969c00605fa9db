import { list, type ReadEntry } from 'tar';
import { createPathResolver } from '#lib/audit/layer-paths.ts';
import { type ElfFile, isElf, parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';

/** The file system of an image, read from its exported archive without unpacking it. */
export interface RootFileSystem {
  /** Returns the library at a path, with links followed. */
  readonly library: (path: string) => ElfFile | undefined;
  readonly has: (path: string) => boolean;
  /** Returns the folder at a path, with links followed, relative to the root. */
  readonly folder: (path: string) => string | undefined;
  /** Lists the names in a folder, which is a result of `folder`. */
  readonly names: (folder: string) => readonly string[];
}

const libraryName = /\.so(?:\.[^/]*)?$/;

/** Reads an archive that `docker export` wrote. */
export async function readArchive(file: string): Promise<RootFileSystem> {
  const files = new Set<string>();
  const links = new Map<string, string>();
  const folders = new Set<string>();
  const libraries = new Map<string, ElfFile>();
  const hardLinks: (readonly [path: string, target: string])[] = [];
  const reading: Promise<void>[] = [];
  const readLibrary = async (path: string, entry: ReadEntry): Promise<void> => {
    const elf = parseLibrary(await entry.concat());
    if (elf !== undefined) libraries.set(path, elf);
  };
  await list({
    file,
    onReadEntry: (entry) => {
      const path = normalize(entry.path);
      if (entry.type === 'Directory') folders.add(path);
      else if (entry.type === 'SymbolicLink') links.set(path, entry.linkpath ?? '');
      else files.add(path);
      if (entry.type === 'Link') hardLinks.push([path, normalize(entry.linkpath ?? '')]);
      if (entry.type === 'File' && libraryName.test(path)) reading.push(readLibrary(path, entry));
      else entry.resume();
    },
  });
  await Promise.all(reading);
  for (const [path, target] of hardLinks) {
    const elf = libraries.get(target);
    if (elf !== undefined) libraries.set(path, elf);
  }

  const resolve = createPathResolver({ files, links, folders }, []);
  const children = Map.groupBy([...files, ...links.keys()], (path) => path.slice(0, path.lastIndexOf('/')));
  return {
    library: (path) => {
      const place = resolve(path);
      return place.kind === 'file' ? libraries.get(place.path) : undefined;
    },
    has: (path) => ['file', 'folder'].includes(resolve(path).kind),
    folder: (path) => {
      const place = resolve(path);
      return place.kind === 'folder' ? place.path : undefined;
    },
    names: (folder) => (children.get(folder) ?? []).map((path) => path.slice(folder.length + 1)),
  };
}

/** Turns `./usr/lib64/` and `/usr/lib64` into `usr/lib64`. */
function normalize(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

/** Returns undefined for files with a library's name that are not ELF files, such as linker scripts. */
function parseLibrary(bytes: Buffer): ElfFile | undefined {
  if (!isElf(bytes)) return undefined;
  try {
    return parseElf(bytes);
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}
