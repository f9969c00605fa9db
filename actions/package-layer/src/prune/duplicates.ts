import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path/posix';
import { type ElfFile, isElf, parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';
import type { TreeEntry, TreeFile } from '#lib/layer/tree.ts';
import type { LinkedFile } from './pruned-tree.ts';

/**
 * Replaces equal shared libraries of one folder, such as a libx.so that was copied as a file instead of a symlink to
 * libx.so.1, by one file and symlinks to it. The file is the one named by the SONAME, because the loader opens that
 * name.
 *
 * This is safe only for libraries, and only within a folder. glibc takes $ORIGIN from the path by which it found a
 * library without following links, and it loads a library with two names once. A script or a program may inspect its
 * own resolved path, and other files may belong to such a script.
 */
export async function linkDuplicates(
  entries: readonly TreeEntry[],
): Promise<{ readonly entries: readonly TreeEntry[]; readonly linked: readonly LinkedFile[] }> {
  const links = new Map<TreeEntry, LinkedFile>();
  for (const group of groupCandidates(entries)) {
    for (const equal of (await groupByContent(group)).values()) {
      const real = equal.find(({ file, soname }) => basename(file.path) === soname) ?? equal[0];
      if (real === undefined) continue;
      for (const { file } of equal) {
        if (file === real.file) continue;
        links.set(file, { path: file.path, target: basename(real.file.path), size: file.size });
      }
    }
  }
  return {
    entries: entries.map((entry) => {
      const link = links.get(entry);
      return link === undefined ? entry : { type: 'symlink', path: link.path, target: link.target };
    }),
    linked: [...links.values()],
  };
}

/**
 * Groups files with a library's name by folder, size and permissions. Files in different groups are no duplicates, so a
 * file that is alone in its group need not be read.
 */
function groupCandidates(entries: readonly TreeEntry[]): Iterable<readonly TreeFile[]> {
  const files = entries.filter((entry): entry is TreeFile => entry.type === 'file' && entry.size > 0);
  const libraries = files.filter(({ path }) => /\.so(\.[^/]*)?$/.test(path));
  const groups = Map.groupBy(libraries, ({ path, size, permissions }) =>
    [dirname(path), size, permissions].join('\0'),
  );
  return [...groups.values()].filter((group) => group.length > 1);
}

interface Library {
  readonly file: TreeFile;
  readonly soname: string | undefined;
}

async function groupByContent(files: readonly TreeFile[]): Promise<ReadonlyMap<string, readonly Library[]>> {
  const groups = new Map<string, Library[]>();
  for (const file of files) {
    const bytes = await readFile(file.source);
    const elf = readLibrary(bytes);
    if (elf === undefined) continue;
    const hash = createHash('sha256').update(bytes).digest('hex');
    groups.set(hash, [...(groups.get(hash) ?? []), { file, soname: elf.soname }]);
  }
  return groups;
}

/** Returns undefined if the file is no library, but a linker script, a program (which has an interpreter) or broken. */
function readLibrary(bytes: Buffer): ElfFile | undefined {
  if (!isElf(bytes)) return undefined;
  try {
    const elf = parseElf(bytes);
    return elf.isDynamic && elf.interpreter === undefined ? elf : undefined;
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}
