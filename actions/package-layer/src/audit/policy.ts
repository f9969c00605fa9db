import lambdaAl2023 from '../../../../policies/lambda-al2023.json' with { type: 'json' };
import { type Cpu, cpuNames } from '../../../shared/cpu.ts';

/** What Lambda's OS offers a layer on one CPU. The data and its sources: policies/lambda-al2023.json. */
export interface Policy {
  /** The Lambda runtime that it describes. */
  readonly runtime: string;
  /** e_machine of the CPU. */
  readonly machine: number;
  readonly interpreter: string;
  /** $PLATFORM in search paths. */
  readonly platform: string;
  /** LD_LIBRARY_PATH, in order. */
  readonly searchOrder: readonly string[];
  /** Where a path leads into the OS's library folder. */
  readonly isOsFolder: (folder: string) => boolean;
  readonly offers: (library: string) => boolean;
  readonly isNotOnLambda: (library: string) => boolean;
  /** glibc's own libraries. */
  readonly isCLibrary: (library: string) => boolean;
  readonly hasPath: (path: string) => boolean;
  readonly foreignPaths: readonly string[];
  readonly judgeVersion: (library: string, version: string) => VersionVerdict;
}

type VersionVerdict =
  | { readonly kind: 'offered' | 'unknown' }
  | {
      readonly kind: 'too-new' /** The newest that the OS has, such as `GLIBC_2.34`. */;
      readonly newest: string;
    };

/** e_machine by CPU: ELF's registry of machines (elf.h: EM_X86_64, EM_AARCH64). */
const machines: Readonly<Record<Cpu, number>> = { x86: 62, arm: 183 };

interface LibraryVersions {
  /** Newest number by family. */
  readonly numbered: Readonly<Record<string, string>>;
  /** Versions that are no number, or whose newest is not known. */
  readonly named: readonly string[];
}

export function lambdaPolicy(cpu: Cpu): Policy {
  const data = lambdaAl2023;
  const { interpreter, sonames } = data.architectures[cpuNames[cpu].aws];
  // The loader is in every process before anything is looked for, whatever folder it lies in.
  const offered = new Set([...sonames, interpreter.slice(interpreter.lastIndexOf('/') + 1)]);
  const cLibrary = new Set(data.cLibrary);
  // Maps, since the names to look up come from files that anybody wrote.
  const libraryVersions = new Map(Object.entries<LibraryVersions>(data.libraryVersions));
  const families = new Map(Object.entries(data.symbolVersions));
  return {
    runtime: data.runtime,
    machine: machines[cpu],
    interpreter,
    platform: cpu === 'x86' ? 'x86_64' : 'aarch64',
    searchOrder: data.searchOrder,
    isOsFolder: (folder) => data.osFolders.includes(folder),
    offers: (library) => offered.has(library),
    isNotOnLambda: (library) =>
      data.notOnLambda.some((gone) => library === gone || library.startsWith(`${gone}.`)),
    isCLibrary: (library) => cLibrary.has(library),
    hasPath: (path) =>
      data.osFolders.some(
        (folder) => path.startsWith(`${folder}/`) && offered.has(path.slice(folder.length + 1)),
      ) || data.paths.some((known) => (known.endsWith('/') ? path.startsWith(known) : path === known)),
    foreignPaths: data.foreignPaths,
    judgeVersion: (library, version) => {
      const own = libraryVersions.get(library);
      if (own?.named.includes(version)) return { kind: 'offered' };
      const { family, number } = splitVersion(version);
      const newest = families.get(family) ?? new Map(Object.entries(own?.numbered ?? {})).get(family);
      if (newest === undefined || number === undefined) return { kind: 'unknown' };
      if (compareNumbers(number, newest) <= 0) return { kind: 'offered' };
      return { kind: 'too-new', newest: `${family}_${newest}` };
    },
  };
}

/** `GLIBC_2.34` is family GLIBC, number 2.34; a version such as `GLIBC_PRIVATE` has no number. */
function splitVersion(version: string): { family: string; number: string | undefined } {
  const match = /^(.+)_(\d+(?:\.\d+)*)$/.exec(version);
  return { family: match?.[1] ?? version, number: match?.[2] };
}

/** Compares dotted numbers part by part; a missing part counts as 0. */
function compareNumbers(left: string, right: string): number {
  const lefts = left.split('.').map(Number);
  const rights = right.split('.').map(Number);
  for (let index = 0; index < Math.max(lefts.length, rights.length); index += 1) {
    const difference = (lefts[index] ?? 0) - (rights[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
