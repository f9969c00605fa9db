import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { mergeVersionFiles } from '#lib/layer/published-versions.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A file of a release. */
export interface ReleaseFile {
  readonly name: string;
  readonly content: Buffer;
  /** `sha256:` and the hash in hexadecimal, in GitHub's form. */
  readonly digest: string;
}

/**
 * Collects the files of a release:
 * - zip, manifest and SBOM of every layer
 * - the PGO profile of every build, which is needed to reproduce it
 * - `arns.md`, and `versions.json`, from which the catalogue is made
 *
 * If a job ran more than once, its newest attempt counts.
 *
 * @param layersFolder folder with one folder per artifact `layers-*`, or with the files of the only artifact
 * @param versionsFolder folder with one folder per artifact `versions-<layer>-<attempt>`
 * @throws ActionError if a zip has no manifest or SBOM, or was not published
 */
export async function collectFiles(
  layersFolder: string,
  versionsFolder: string,
): Promise<readonly ReleaseFile[]> {
  const zips = globSync(join(layersFolder, '**/*.zip')).sort();
  if (zips.length === 0)
    throw new ActionError(
      `${layersFolder} contains no layer. Check that the builds uploaded their artifacts.`,
    );
  const arns = collectArns(versionsFolder);
  const files = zips.flatMap((zip) => {
    const layer = basename(zip, '.zip');
    if (!arns.has(layer)) {
      throw new ActionError(
        `${versionsFolder} contains no ARNs of ${layer}, because its job has not published it. Run that job again first.`,
      );
    }
    const stem = zip.slice(0, -'.zip'.length);
    return [zip, `${stem}.manifest.json`, `${stem}.sbom.json`].map((path) =>
      toFile(basename(path), read(path)),
    );
  });
  const pgoProfiles = globSync(join(layersFolder, '**/*.profile.tar.gz')).sort();
  const { compare } = new Intl.Collator('en', { numeric: true });
  const tables = [...arns].sort(([a], [b]) => compare(a, b)).map(([, table]) => table.trim());
  const numbers = await mergeVersionFiles(globSync(join(versionsFolder, 'versions-*/versions.json')));
  return [
    ...files,
    ...pgoProfiles.map((path) => toFile(basename(path), read(path))),
    toFile('arns.md', Buffer.from(`${tables.join('\n\n')}\n`)),
    toFile('versions.json', Buffer.from(`${JSON.stringify(numbers, undefined, 2)}\n`)),
  ];
}

/** Returns the table of ARNs of each layer, from artifacts `versions-<layer>-<attempt>`. */
function collectArns(versionsFolder: string): ReadonlyMap<string, string> {
  const newest = new Map<string, { readonly attempt: number; readonly table: string }>();
  for (const path of globSync(join(versionsFolder, 'versions-*/arns.md'))) {
    const [, layer = '', number = ''] = /versions-(.+)-(\d+)[/\\]arns\.md$/.exec(path) ?? [];
    const attempt = Number(number);
    if (attempt > (newest.get(layer)?.attempt ?? 0))
      newest.set(layer, { attempt, table: readFileSync(path, 'utf8') });
  }
  return new Map([...newest].map(([layer, { table }]) => [layer, table]));
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ActionError(`${path} is missing. package-layer writes it beside the zip.`, { cause });
  }
}

function toFile(name: string, content: Buffer): ReleaseFile {
  return { name, content, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` };
}
