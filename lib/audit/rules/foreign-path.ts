import { readContent } from '../file-content.ts';
import type { LayerBinary } from '../layer-binary.ts';
import { maxFindingsPerFile, type Rule } from '../rule.ts';

/** A warning, because a program can contain a path without needing it. */
export const foreignPath: Rule = {
  name: 'foreign-path',
  severity: 'warning',
  finds: 'A path of another distribution in the loaded part of a program or library.',
  remedy: 'Redirect it to a path in /opt. If nothing needs the path, waive the rule.',
  async *check({ binaries, policy }) {
    for (const binary of binaries) {
      for (const path of findPaths(binary, await readContent(binary.file), policy.foreignPaths)) {
        const message = `${path} is a path of the build machine. It does not exist on ${policy.runtime}.`;
        yield { file: binary.path, subject: path, message };
      }
    }
  },
};

/** Searches code too, because linkers may put constants into the code segment. */
function findPaths(
  { elf }: LayerBinary,
  content: Buffer,
  foreignPaths: readonly string[],
): readonly string[] {
  const found = new Set<string>();
  for (const [start, end] of elf.loadedRanges) {
    const data = content.subarray(start, end);
    for (const foreign of foreignPaths) {
      for (let at = data.indexOf(foreign); at !== -1; at = data.indexOf(foreign, at + foreign.length)) {
        if (isPathStart(data[at - 1])) found.add(readPath(data, at));
        if (found.size >= maxFindingsPerFile) break;
      }
    }
  }
  return [...found].slice(0, maxFindingsPerFile);
}

/** `/usr/lib/x` contains `/lib/x`, but not as a path. */
function isPathStart(previousByte: number | undefined): boolean {
  return previousByte === undefined || !/[\w./+-]/.test(String.fromCharCode(previousByte));
}

function readPath(data: Buffer, at: number): string {
  const text = data.toString('latin1', at, at + 200);
  return /^[\w./+@%-]+/.exec(text)?.[0] ?? text;
}
