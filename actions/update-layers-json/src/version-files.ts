import { glob } from 'node:fs/promises';
import { mergeVersionFiles, requireVersions, type Versions } from '#lib/layer/published-versions.ts';
import { InputError } from '#lib/node/errors.ts';

/** Reads layer versions from the input `versions`: JSON, as in publish-layer's output, or patterns of files with JSON. */
export async function readVersions(input: string): Promise<Versions> {
  const versions = input.trimStart().startsWith('{')
    ? requireVersions(input, 'Input "versions"')
    : await mergeVersionFiles(await findFiles(input));
  if (Object.values(versions).every((regions) => Object.keys(regions).length === 0)) {
    throw new InputError(
      'Input "versions" must contain at least one layer version. Check that publish-layer published a layer.',
    );
  }
  return versions;
}

async function findFiles(patterns: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const pattern of patterns.split(/[\s,]+/).filter((item) => item !== '')) {
    const countBefore = paths.length;
    for await (const path of glob(pattern)) paths.push(path);
    if (paths.length === countBefore) {
      throw new InputError(
        `Input "versions" must be JSON or patterns of existing files; no file matches ${JSON.stringify(pattern)}.`,
      );
    }
  }
  return paths;
}
