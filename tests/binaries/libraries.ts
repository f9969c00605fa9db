import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isElf, parseElf } from '#lib/elf/elf.ts';

/** Paths of libraries by file name. */
export type LibraryIndex = ReadonlyMap<string, string>;

/** Lists all libraries in folders, the preferred one first. */
export async function indexLibraries(folders: readonly string[]): Promise<LibraryIndex> {
  const index = new Map<string, string>();
  for (const folder of folders) {
    for (const path of await readdir(folder, { recursive: true }).catch(() => [])) {
      const name = basename(path);
      if (/\.so(\.|$)/.test(name) && !index.has(name)) index.set(name, join(folder, path));
    }
  }
  return index;
}

export interface NeededLibraries {
  /** Paths by SONAME. */
  readonly libraries: ReadonlyMap<string, string>;
  /** SONAMEs that the index does not have. */
  readonly missing: ReadonlySet<string>;
}

/** Finds the libraries that files need, directly or through others. */
export async function collectLibraries(
  files: readonly string[],
  index: LibraryIndex,
): Promise<NeededLibraries> {
  const libraries = new Map<string, string>();
  const missing = new Set<string>();
  const waiting = [...files];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const soname of await readNeeded(file)) {
      if (libraries.has(soname) || missing.has(soname)) continue;
      const path = index.get(soname);
      if (path === undefined) missing.add(soname);
      else {
        libraries.set(soname, path);
        waiting.push(path);
      }
    }
  }
  return { libraries, missing };
}

async function readNeeded(file: string): Promise<readonly string[]> {
  const bytes = await readFile(file);
  return isElf(bytes) ? parseElf(bytes).needed : [];
}
