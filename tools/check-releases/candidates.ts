import { globSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';
import { readSources } from '#lib/sources/sources.ts';

/** A release of PHP that would be published. */
export interface Candidate {
  /** Such as `8.2.34`. */
  readonly version: string;
  /** File that names the release. */
  readonly source: string;
  /** The way to a newer release, in the imperative. */
  readonly fix: string;
}

const fixes = {
  pinned: 'Run `npm run upgrade`, merge the new pins, and release again.',
  built:
    'If sources.json pins a newer release, the build could not download it: build again. ' +
    'Otherwise, run `npm run upgrade`, merge the new pins, and release again.',
};

/** Returns the releases that the folders pin. */
export async function readPins(suite: string, folders: readonly string[]): Promise<readonly Candidate[]> {
  const pins = await Promise.all(
    folders.map(async (folder) => {
      const source = `${folder}/sources.json`;
      const php = (await readSources(join(suite, source))).find(({ feed }) => feed === 'php');
      return php === undefined ? [] : [{ version: php.version, source, fix: fixes.pinned }];
    }),
  );
  return pins.flat();
}

/**
 * Returns the releases that were built. A build uses a substitute if it cannot download the pinned release.
 *
 * @param pattern glob of manifests
 * @throws ActionError if no layer with PHP matches
 */
export async function readBuilt(pattern: string): Promise<readonly Candidate[]> {
  const built: Candidate[] = [];
  for (const path of globSync(pattern).sort()) {
    const manifest = await readManifest(path.replace(/\.manifest\.json$/, '.zip'));
    const version = manifest?.metadata?.php;
    if (typeof version === 'string') built.push({ version, source: path, fix: fixes.built });
  }
  if (built.length > 0) return built;
  throw new ActionError(
    `--manifests must match the manifest of a layer with PHP; "${pattern}" matches none.`,
  );
}
