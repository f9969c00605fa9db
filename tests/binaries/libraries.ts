import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isElf, parseElf } from '#lib/elf/elf.ts';

/** Paths of libraries by file name. Paths of preferred folders come first. */
export type LibraryIndex = ReadonlyMap<string, readonly string[]>;

/** Lists all libraries in folders, the preferred one first. */
export async function indexLibraries(folders: readonly string[]): Promise<LibraryIndex> {
  const index = new Map<string, string[]>();
  for (const folder of folders) {
    for (const path of await readdir(folder, { recursive: true }).catch(() => [])) {
      const name = basename(path);
      if (!/\.so(\.|$)/.test(name)) continue;
      index.set(name, [...(index.get(name) ?? []), join(folder, path)]);
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
      const path = await choose(index.get(soname) ?? []);
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

/**
 * Returns the first library. Passes over parts of another glibc, which only work with that glibc: Amazon Linux 2 has
 * a libcrypt.so.1 of its own. If only such a library exists, it belongs to the glibc beside it.
 */
async function choose(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const { versionNeeds } = parseElf(await readFile(path));
    if (!versionNeeds.some(({ version }) => version === 'GLIBC_PRIVATE')) return path;
  }
  return paths[0];
}
