import { dirname } from 'node:path';
import type { Policy } from './policy.ts';

/**
 * The folders of a DT_RPATH or DT_RUNPATH, with the loader's variables filled in (ld.so(8), "Dynamic string
 * tokens"). Relative folders depend on where a process was started and are left out; a rule reports them.
 */
export function expandSearchPath(path: string, origin: string, policy: Policy): readonly string[] {
  return path
    .split(':')
    .map((folder) =>
      folder
        .replaceAll(/\$ORIGIN\b|\$\{ORIGIN\}/g, () => origin)
        .replaceAll(/\$LIB\b|\$\{LIB\}/g, 'lib64')
        .replaceAll(/\$PLATFORM\b|\$\{PLATFORM\}/g, policy.platform),
    )
    .filter((folder) => folder.startsWith('/'));
}

/** `$ORIGIN` of a file that is opened by its own path. */
export function originOf(path: string): string {
  return dirname(`/opt/${path}`);
}
