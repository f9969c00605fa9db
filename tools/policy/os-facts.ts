import type { PolicySource } from '#lib/audit/policy-data.ts';

/** Facts about an OS on one CPU, from its image or from a running function. */
export interface OsFacts {
  readonly architecture: 'x86_64' | 'arm64';
  /** PT_INTERP of the OS's programs. */
  readonly interpreter: string;
  /** All paths that lead to the OS's library folder. */
  readonly osFolders: readonly string[];
  /** Libraries by the names of the files and links in that folder. */
  readonly libraries: ReadonlyMap<string, OsLibrary>;
  /** Whether a path exists. Undefined if the probe did not check the path. */
  readonly hasPath: (path: string) => boolean | undefined;
  /** LD_LIBRARY_PATH of a running function. */
  readonly searchOrder?: readonly string[];
  readonly source: PolicySource;
}

export interface OsLibrary {
  readonly soname: string | undefined;
  readonly versionDefinitions: readonly string[];
  /** Names of the symbols that the library defines for others. A probe reads them only if the policy lists the library. */
  readonly exports: readonly string[];
}
