import { list, type ReadEntry } from 'tar';
import { createPathResolver } from '#lib/audit/layer-paths.ts';
import { type ElfFile, isElf, parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';

/** The files of an image as its exported archive has them; nothing of it is unpacked or run. */
export interface RootFileSystem {
  /** The library that a path leads to; undefined where there is none. */
  readonly library: (path: string) => ElfFile | undefined;
  readonly has: (path: string) => boolean;
  /** The folder that a path leads to, with its links followed. */
  readonly folder: (path: string) => string | undefined;
  /** Names in a folder, given with its links followed. */
  readonly names: (folder: string) => readonly string[];
}

const libraryName = /\.so(?:\.[^/]*)?$/;

/** Reads the archive that `docker export` writes. */
export async function readArchive(file: string): Promise<RootFileSystem> {
  const files = new Set<string>();
  const links = new Map<string, string>();
  const folders = new Set<string>();
  const libraries = new Map<string, ElfFile>();
  const hardLinks: (readonly [path: string, target: string])[] = [];
  const reading: Promise<void>[] = [];
  const readLibrary = async (path: string, entry: ReadEntry): Promise<void> => {
    const elf = parse(await entry.concat());
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

/** `./usr/lib64/` and `/usr/lib64` are `usr/lib64` here. */
function normalize(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

/** What is named like a library may be a text for the linker. */
function parse(bytes: Buffer): ElfFile | undefined {
  if (!isElf(bytes)) return undefined;
  try {
    return parseElf(bytes);
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}
