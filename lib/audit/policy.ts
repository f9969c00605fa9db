import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { machines } from './machines.ts';
import { createOsExports, type OsExports } from './os-exports.ts';
import type { ArchitectureData, PolicyData } from './policy-data.ts';

/** The libraries, symbol versions and paths that Lambda's OS offers a layer on one CPU. */
export interface Policy {
  /** Name of the Lambda runtime. */
  readonly runtime: string;
  /** e_machine of the CPU. */
  readonly machine: number;
  readonly interpreter: string;
  /** $PLATFORM in search paths. */
  readonly platform: string;
  /** LD_LIBRARY_PATH, in order. */
  readonly searchOrder: readonly string[];
  /** Whether a path is one of the OS's library folders. */
  readonly isOsFolder: (folder: string) => boolean;
  readonly offers: (library: string) => boolean;
  readonly isNotOnLambda: (library: string) => boolean;
  /** glibc's own libraries. */
  readonly isCLibrary: (library: string) => boolean;
  readonly hasPath: (path: string) => boolean;
  readonly foreignPaths: readonly string[];
  readonly judgeVersion: (library: string, version: string) => VersionVerdict;
  /** Exported symbols of a library of the OS. Undefined if the policy does not list them. */
  readonly exportsOf: (library: string) => OsExports | undefined;
}

export type VersionVerdict =
  /**
   * `unknown`: the policy has no data about the version. `absent`: all versions of the library are known, and this is
   * not one of them. `unversioned`: the library has no versions, which the loader accepts with a warning.
   */
  | { readonly kind: 'offered' | 'unknown' | 'absent' | 'unversioned' }
  /** `newest` is the newest version that the OS has, such as `GLIBC_2.34`. */
  | { readonly kind: 'too-new'; readonly newest: string };

export function createPolicy(data: PolicyData, cpu: Cpu): Policy {
  const architecture = data.architectures[cpuNames[cpu].aws];
  const { interpreter, sonames } = architecture;
  // The loader itself is in every process, so a search for it always succeeds.
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
    exportsOf: createExportsLookup(data, architecture),
  };
}

/** The list of one CPU has priority over the list of both. An empty list means that the symbols are unknown. */
function createExportsLookup(
  { exports: ofBoth = {} }: PolicyData,
  { exports: ofCpu = {} }: ArchitectureData,
): Policy['exportsOf'] {
  const listed = new Map(Object.entries({ ...ofBoth, ...ofCpu }));
  const read = new Map<string, OsExports>();
  return (library) => {
    const groups = listed.get(library);
    if (groups === undefined || Object.keys(groups).length === 0) return undefined;
    const known = read.get(library) ?? createOsExports(groups);
    read.set(library, known);
    return known;
  };
}

/**
 * Whether Lambda lacks a library of the container image. The list contains SONAMEs; the library's file name can continue
 * with more numbers.
 */
export function isNotOnLambda({ notOnLambda }: Pick<PolicyData, 'notOnLambda'>, library: string): boolean {
  return notOnLambda.some((gone) => library === gone || library.startsWith(`${gone}.`));
}

/**
 * If the policy has the library's complete list of versions, membership decides, as for the loader. Otherwise a numbered
 * version is compared with the newest of its family, and a named version is looked up among the known names.
 */
function createVersionJudge(
  data: PolicyData,
  { versionDefinitions = {} }: ArchitectureData,
): Policy['judgeVersion'] {
  // Maps, because the names come from files by other authors and can be `constructor` or `__proto__`.
  const exact = new Map(Object.entries(versionDefinitions));
  const inferred = new Map(Object.entries(data.libraryVersions));
  const families = new Map(Object.entries(data.symbolVersions));
  return (library, version) => {
    const { family, number } = splitVersion(version);
    const defined = exact.get(library);
    if (defined !== undefined) {
      if (defined.includes(version)) return { kind: 'offered' };
      if (defined.length === 0) return { kind: 'unversioned' };
      const newest = newestVersions(defined).get(family);
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

/** Returns the newest number of each numbered family, such as `GLIBC` → `2.34`. */
export function newestVersions(versions: Iterable<string>): ReadonlyMap<string, string> {
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

/** `GLIBC_2.34` is number 2.34 of the family GLIBC. A version such as `GLIBC_PRIVATE` has no number. */
function splitVersion(version: string): { family: string; number: string | undefined } {
  const match = /^(.+)_(\d+(?:\.\d+)*)$/.exec(version);
  return { family: match?.[1] ?? version, number: match?.[2] };
}

/** Compares dotted numbers part by part. A missing part counts as 0. */
function compareNumbers(left: string, right: string): number {
  const lefts = left.split('.').map(Number);
  const rights = right.split('.').map(Number);
  for (let index = 0; index < Math.max(lefts.length, rights.length); index += 1) {
    const difference = (lefts[index] ?? 0) - (rights[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
