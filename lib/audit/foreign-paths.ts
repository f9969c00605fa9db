import type { ElfFile } from '#lib/elf/elf.ts';

/** Maximum number of paths of one file. */
const maxPaths = 5;

/**
 * Finds paths that start with one of `foreignPaths`, in the loaded part of a file, but not all if there are very many.
 * Searches code too, because linkers may put constants into the code segment.
 */
export function findForeignPaths(
  { loadedRanges }: ElfFile,
  content: Buffer,
  foreignPaths: readonly string[],
): readonly string[] {
  const found = new Set<string>();
  for (const [start, end] of loadedRanges) {
    const data = content.subarray(start, end);
    for (const foreign of foreignPaths) {
      for (let at = data.indexOf(foreign); at !== -1; at = data.indexOf(foreign, at + foreign.length)) {
        if (isPathStart(data[at - 1])) found.add(readPath(data, at));
        if (found.size >= maxPaths) break;
      }
    }
  }
  return [...found].slice(0, maxPaths);
}

/** `/usr/lib/x` contains `/lib/x`, but not as a path. */
function isPathStart(previousByte: number | undefined): boolean {
  return previousByte === undefined || !/[\w./+-]/.test(String.fromCharCode(previousByte));
}

function readPath(data: Buffer, at: number): string {
  const text = data.toString('latin1', at, at + 200);
  return /^[\w./+@%-]+/.exec(text)?.[0] ?? text;
}
