import type { ElfFile } from '../elf/elf.ts';
import type { Finding } from './findings.ts';
import type { LayerObject } from './loader.ts';
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

/** A layer for both CPUs has no machine code at all. */
export function checkMachineCode({ path, elf }: LayerObject): Finding {
  return {
    rule: 'machine-code',
    severity: 'error',
    file: path,
    subject: nameMachine(elf),
    message:
      'A layer with cpu "any" serves both CPUs, and this file is machine code of one. ' +
      'Remove it, or package one layer for each CPU.',
  };
}

/** True where Lambda's CPU and loader can take the file at all. */
export function isRightMachine(elf: ElfFile, policy: Policy): boolean {
  return elf.machine === policy.machine && elf.bits === 64 && elf.endianness === 'little';
}

export function checkMachine({ path, elf }: LayerObject, policy: Policy): readonly Finding[] {
  if (isRightMachine(elf, policy)) return [];
  const wanted = machineNames.get(policy.machine);
  return [
    {
      rule: 'wrong-machine',
      severity: 'error',
      file: path,
      subject: nameMachine(elf),
      message: `The layer is for ${wanted}. Build the file for it, or give the layer's own CPU as input "cpu".`,
    },
  ];
}

export function checkInterpreter({ path, elf }: LayerObject, policy: Policy): readonly Finding[] {
  if (elf.interpreter === undefined || elf.interpreter === policy.interpreter) return [];
  return [
    {
      rule: 'wrong-interpreter',
      severity: 'error',
      file: path,
      subject: elf.interpreter,
      message:
        `Lambda's loader is ${policy.interpreter}; with another the program does not start. ` +
        'Build it against glibc, or statically.',
    },
  ];
}

export function checkStripped({ path, elf }: LayerObject): readonly Finding[] {
  if (!elf.hasSymbolTable) return [];
  const message = `The symbol table only makes the layer larger. Remove it: strip --strip-unneeded ${path}`;
  return [{ rule: 'not-stripped', severity: 'warning', file: path, subject: '.symtab', message }];
}

/** Search paths that lead nowhere on Lambda are left over from the build machine; relative ones are a danger. */
export function checkSearchPath({ path, elf }: LayerObject, policy: Policy): readonly Finding[] {
  const searchPath = elf.runpath ?? elf.rpath;
  if (searchPath === undefined || searchPath === '') return [];
  const origin = originOf(path);
  return searchPath.split(':').flatMap((folder): readonly Finding[] => {
    const [expanded] = expandSearchPath(folder, origin, policy);
    const isKnown =
      expanded !== undefined &&
      (/^\/opt(?:\/|$)/.test(expanded) || policy.isOsFolder(expanded.replace(/\/+$/, '')));
    if (isKnown) return [];
    const message =
      expanded === undefined
        ? 'A relative search path takes libraries from wherever the process was started. ' +
          `Use $ORIGIN: patchelf --force-rpath --set-rpath '$ORIGIN/../lib' ${path}`
        : `Lambda has no libraries there; the path is left over from the build. ` +
          `Remove or replace it with patchelf --force-rpath --set-rpath on ${path}`;
    return [{ rule: 'search-path', severity: 'warning', file: path, subject: folder || '(empty)', message }];
  });
}

/** So many of one file are enough to see what is wrong with it. */
const mostForeignPaths = 5;

/**
 * Absolute paths in a file's data that exist where it was built and not on Lambda. A warning, since a program may
 * name a path without needing it.
 */
export function checkForeignPaths(
  { path, elf }: LayerObject,
  bytes: Buffer,
  policy: Policy,
): readonly Finding[] {
  const found = new Set<string>();
  for (const [start, end] of elf.dataRanges) {
    const data = bytes.subarray(start, end);
    for (const foreign of policy.foreignPaths) {
      for (let at = data.indexOf(foreign); at !== -1; at = data.indexOf(foreign, at + foreign.length)) {
        if (isPathStart(data[at - 1])) found.add(readPath(data, at));
        if (found.size >= mostForeignPaths) break;
      }
    }
  }
  return [...found].slice(0, mostForeignPaths).map((subject) => ({
    rule: 'foreign-path',
    severity: 'warning',
    file: path,
    subject,
    message:
      `${policy.runtime} has no ${subject}, a path of the build machine. ` +
      'Redirect it to a path in /opt, or make sure that nothing needs it.',
  }));
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
