import { glob } from 'node:fs/promises';
import { mergeVersionFiles, requireVersions, type Versions } from '#lib/layer/published-versions.ts';
import { ActionError, InputError } from '#lib/node/errors.ts';

/** The versions of a release: JSON as publish-layer's output has it, or patterns of files that hold such. */
export async function readVersions(given: string): Promise<Versions> {
  const versions = given.trimStart().startsWith('{')
    ? requireVersions(given, 'Input "versions"')
    : await mergeVersionFiles(await findFiles(given));
  if (Object.values(versions).every((regions) => Object.keys(regions).length === 0)) {
    throw new ActionError('Input "versions" has no version of any layer: nothing was published?');
  }
  return versions;
}

async function findFiles(patterns: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const pattern of patterns.split(/[\s,]+/).filter((item) => item !== '')) {
    const before = paths.length;
    for await (const path of glob(pattern)) paths.push(path);
    if (paths.length === before) {
      throw new InputError('versions', 'must be JSON, or name files; nothing is there', pattern);
    }
  }
  return paths;
}
