import type { ElfFile } from '#lib/elf/elf.ts';
import { type Finding, findingOf } from './findings.ts';
import type { Policy } from './policy.ts';
import { expandSearchPath, originOf } from './search-path.ts';

/** Names for messages: ELF's registry of machines (elf.h, EM_*), as far as anybody meets them. */
const machineNames: ReadonlyMap<number, string> = new Map([
  [3, '32-bit x86'],
  [40, '32-bit ARM'],
  [62, 'x86-64'],
  [183, 'ARM64'],
  [243, 'RISC-V'],
]);

/** A file with all that is known of it. */
interface Binary {
  /** Path in the layer. */
  readonly path: string;
  readonly elf: ElfFile;
}

/** A layer for both CPUs has no machine code at all. */
export function checkMachineCode({ path, elf }: Binary): Finding {
  const message = 'A layer with cpu "any" serves both CPUs, and this file is machine code of one.';
  return findingOf('machine-code', { file: path, subject: nameMachine(elf), message });
}

/** True where Lambda's CPU and loader can take the file at all. */
export function isRightMachine(elf: ElfFile, policy: Policy): boolean {
  return elf.machine === policy.machine && elf.bits === 64 && elf.endianness === 'little';
}

export function checkMachine({ path, elf }: Binary, policy: Policy): readonly Finding[] {
  if (isRightMachine(elf, policy)) return [];
  const message = `The layer is for ${machineNames.get(policy.machine)}, the file is ${nameMachine(elf)}.`;
  return [findingOf('wrong-machine', { file: path, subject: nameMachine(elf), message })];
}

export function checkInterpreter({ path, elf }: Binary, policy: Policy): readonly Finding[] {
  if (elf.interpreter === undefined || elf.interpreter === policy.interpreter) return [];
  const message = `Lambda's loader is ${policy.interpreter}; with another the program does not start.`;
  return [findingOf('wrong-interpreter', { file: path, subject: elf.interpreter, message })];
}

export function checkStripped({ path, elf }: Binary): readonly Finding[] {
  const [first] = elf.strippable;
  if (first === undefined) return [];
  const message = `Nothing on Lambda reads ${elf.strippable.join(', ')}.`;
  return [findingOf('not-stripped', { file: path, subject: first, message })];
}

/** Search paths that lead nowhere on Lambda are left over from the build machine; relative ones are a danger. */
export function checkSearchPath({ path, elf }: Binary, policy: Policy): readonly Finding[] {
  const searchPath = elf.runpath ?? elf.rpath;
  if (searchPath === undefined || searchPath === '') return [];
  const origin = originOf(path);
  const findings = searchPath.split(':').flatMap((folder): readonly Finding[] => {
    const [expanded] = expandSearchPath(folder, origin, policy);
    const isKnown =
      expanded !== undefined &&
      (/^\/opt(?:\/|$)/.test(expanded) || policy.isOsFolder(expanded.replace(/\/+$/, '')));
    if (isKnown) return [];
    const message =
      expanded === undefined
        ? 'A relative search path takes libraries from wherever the process was started.'
        : 'Lambda has no libraries there; the path is left over from the build.';
    return [findingOf('search-path', { file: path, subject: folder || '(empty)', message })];
  });
  return findings.slice(0, mostOfOneFile);
}

/** So many of one file are enough to see what is wrong with it. */
const mostOfOneFile = 5;

/**
 * Absolute paths in what a file loads that exist where it was built and not on Lambda. A warning, since a program may
 * name a path without needing it. Code is searched too: linkers may put constants into its segment.
 */
export function checkForeignPaths({ path, elf }: Binary, bytes: Buffer, policy: Policy): readonly Finding[] {
  const found = new Set<string>();
  for (const [start, end] of elf.loadedRanges) {
    const data = bytes.subarray(start, end);
    for (const foreign of policy.foreignPaths) {
      for (let at = data.indexOf(foreign); at !== -1; at = data.indexOf(foreign, at + foreign.length)) {
        if (isPathStart(data[at - 1])) found.add(readPath(data, at));
        if (found.size >= mostOfOneFile) break;
      }
    }
  }
  return [...found].slice(0, mostOfOneFile).map((subject) => {
    const message = `${policy.runtime} has no ${subject}, a path of the build machine.`;
    return findingOf('foreign-path', { file: path, subject, message });
  });
}

/** `/lib/x` begins inside `/usr/lib/x` as well, but is no path of its own there. */
function isPathStart(before: number | undefined): boolean {
  return before === undefined || !/[\w./+-]/.test(String.fromCharCode(before));
}

function readPath(data: Buffer, at: number): string {
  const text = data.toString('latin1', at, at + 200);
  return /^[\w./+@%-]+/.exec(text)?.[0] ?? text;
}

function nameMachine({ bits, machine }: ElfFile): string {
  return machineNames.get(machine) ?? `machine ${machine}, ${bits}-bit`;
}
