import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { mergeVersionFiles } from '#lib/layer/published-versions.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A file that a release has. */
export interface ReleaseFile {
  readonly name: string;
  readonly content: Buffer;
  /** `sha256:` and the hash in hexadecimal, as GitHub gives it. */
  readonly digest: string;
}

/**
 * What a release hands out: of every layer the zip, its manifest and SBOM; of every build the profile that its PHP was
 * optimised with, which it takes to make the same bytes again; `arns.md`, and `versions.json`, which the
 * catalogue is made from. `layers` and `versions` are folders with one folder for each artifact. Of a job that was run
 * again, its newest attempt counts.
 *
 * @throws ActionError where a zip has no manifest or SBOM, or was not published
 */
export async function collectFiles(layers: string, versions: string): Promise<readonly ReleaseFile[]> {
  const zips = globSync(join(layers, '*/*.zip')).sort();
  if (zips.length === 0) throw new ActionError(`${layers} has no layer: did the builds upload none?`);
  const arns = collectArns(versions);
  const files = zips.flatMap((zip) => {
    const layer = basename(zip, '.zip');
    if (!arns.has(layer)) {
      throw new ActionError(
        `${versions} has no ARNs of ${layer}: its job has not published it. Run that job again first.`,
      );
    }
    const base = zip.slice(0, -'.zip'.length);
    return [zip, `${base}.manifest.json`, `${base}.sbom.json`].map((path) =>
      toFile(basename(path), read(path)),
    );
  });
  const profiles = globSync(join(layers, '*/*.profile.tar.gz')).sort();
  const { compare } = new Intl.Collator('en', { numeric: true });
  const tables = [...arns].sort(([a], [b]) => compare(a, b)).map(([, table]) => table.trim());
  const numbers = await mergeVersionFiles(globSync(join(versions, 'versions-*/versions.json')));
  return [
    ...files,
    ...profiles.map((path) => toFile(basename(path), read(path))),
    toFile('arns.md', Buffer.from(`${tables.join('\n\n')}\n`)),
    toFile('versions.json', Buffer.from(`${JSON.stringify(numbers, undefined, 2)}\n`)),
  ];
}

/** The table of ARNs of each layer, from artifacts `versions-<layer>-<attempt>`. */
function collectArns(versions: string): ReadonlyMap<string, string> {
  const newest = new Map<string, { readonly attempt: number; readonly table: string }>();
  for (const path of globSync(join(versions, 'versions-*/arns.md'))) {
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
    throw new ActionError(`${path} is missing: package-layer writes it beside the zip.`, { cause });
  }
}

function toFile(name: string, content: Buffer): ReleaseFile {
  return { name, content, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` };
}
