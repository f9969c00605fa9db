import { dirname } from 'node:path';
import type { Policy } from './policy.ts';

/**
 * Lists the folders of a DT_RPATH or DT_RUNPATH with the loader's variables expanded (ld.so(8), "Dynamic string
 * tokens"). Omits relative folders, because they depend on the working directory. The rule `search-path` reports them.
 *
 * @param origin value of `$ORIGIN`
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

/** Returns `$ORIGIN` of a file that is opened by its path in the layer. */
export function originOf(path: string): string {
  return dirname(`/opt/${path}`);
}
