import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import type { ArchitectureData, PolicyData } from './policy-data.ts';

/** What Lambda's OS offers a layer on one CPU. */
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

export type VersionVerdict =
  | {
      /**
       * `absent`: all versions of the library are known, and this is none of them. `unversioned`: it is known to have
       * none at all, which the loader takes with a warning.
       */
      readonly kind: 'offered' | 'unknown' | 'absent' | 'unversioned';
    }
  | {
      readonly kind: 'too-new' /** The newest that the OS has, such as `GLIBC_2.34`. */;
      readonly newest: string;
    };

/** e_machine by CPU: ELF's registry of machines (elf.h: EM_X86_64, EM_AARCH64). */
export const machines: Readonly<Record<Cpu, number>> = { x86: 62, arm: 183 };

export function createPolicy(data: PolicyData, cpu: Cpu): Policy {
  const architecture = data.architectures[cpuNames[cpu].aws];
  const { interpreter, sonames } = architecture;
  // The loader is in every process before anything is looked for, whatever folder it lies in.
  const offered = new Set([...sonames, interpreter.slice(interpreter.lastIndexOf('/') + 1)]);
  const cLibrary = new Set(data.cLibrary);
  return {
    runtime: data.runtime,
    machine: machines[cpu],
    interpreter,
    platform: cpu === 'x86' ? 'x86_64' : 'aarch64',
    searchOrder: data.searchOrder,
    isOsFolder: (folder) => data.osFolders.includes(folder),
    offers: (library) => offered.has(library),
    isNotOnLambda: (library) => isNotOnLambda(data, library),
    isCLibrary: (library) => cLibrary.has(library),
    hasPath: (path) =>
      data.osFolders.some(
        (folder) => path.startsWith(`${folder}/`) && offered.has(path.slice(folder.length + 1)),
      ) || data.paths.some((known) => (known.endsWith('/') ? path.startsWith(known) : path === known)),
    foreignPaths: data.foreignPaths,
    judgeVersion: createVersionJudge(data, architecture),
  };
}

/** The list has SONAMEs; a file of that library has more numbers behind. */
export function isNotOnLambda({ notOnLambda }: Pick<PolicyData, 'notOnLambda'>, library: string): boolean {
  return notOnLambda.some((gone) => library === gone || library.startsWith(`${gone}.`));
}

/**
 * By the library's own list of versions where the policy has it, as the loader does. Else what is numbered by the
 * newest number of its family, and what is not by the names that are known.
 */
function createVersionJudge(
  data: PolicyData,
  { versionDefinitions = {} }: ArchitectureData,
): Policy['judgeVersion'] {
  // Maps, since the names to look up come from files that anybody wrote.
  const exact = new Map(Object.entries(versionDefinitions));
  const inferred = new Map(Object.entries(data.libraryVersions));
  const families = new Map(Object.entries(data.symbolVersions));
  return (library, version) => {
    const { family, number } = splitVersion(version);
    const defined = exact.get(library);
    if (defined !== undefined) {
      if (defined.includes(version)) return { kind: 'offered' };
      if (defined.length === 0) return { kind: 'unversioned' };
      const newest = newestOf(defined).get(family);
      const isNewer = newest !== undefined && number !== undefined && compareNumbers(number, newest) > 0;
      return isNewer ? { kind: 'too-new', newest: `${family}_${newest}` } : { kind: 'absent' };
    }
    const own = inferred.get(library);
    if (own?.named.includes(version)) return { kind: 'offered' };
    const newest = families.get(family) ?? new Map(Object.entries(own?.numbered ?? {})).get(family);
    if (newest === undefined || number === undefined) return { kind: 'unknown' };
    if (compareNumbers(number, newest) <= 0) return { kind: 'offered' };
    return { kind: 'too-new', newest: `${family}_${newest}` };
  };
}

/** The newest number of each numbered family, such as GLIBC: 2.34. */
export function newestOf(versions: Iterable<string>): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const version of versions) {
    const { family, number } = splitVersion(version);
    const before = newest.get(family);
    if (number !== undefined && (before === undefined || compareNumbers(number, before) > 0)) {
      newest.set(family, number);
    }
  }
  return newest;
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
