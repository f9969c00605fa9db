import type { PolicySource } from '#lib/audit/policy-data.ts';

/** What was read of an OS on one CPU, in its image or in a running function. */
export interface OsFacts {
  readonly architecture: 'x86_64' | 'arm64';
  /** PT_INTERP of its programs. */
  readonly interpreter: string;
  /** The folder of its libraries, by every path that leads to it. */
  readonly osFolders: readonly string[];
  /** By the names in that folder, of files and of links. */
  readonly libraries: ReadonlyMap<string, OsLibrary>;
  /** Whether a path is there; undefined where that was not asked. */
  readonly hasPath: (path: string) => boolean | undefined;
  /** LD_LIBRARY_PATH of a running function; an image has none. */
  readonly searchOrder?: readonly string[];
  readonly source: PolicySource;
}

export interface OsLibrary {
  readonly soname: string | undefined;
  readonly versionDefinitions: readonly string[];
}
