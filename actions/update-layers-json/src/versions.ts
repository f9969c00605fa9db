import { glob, readFile } from 'node:fs/promises';
import { ActionError, InputError } from '../../shared/errors.ts';
import { parseVersions, type Versions } from '../../shared/versions.ts';

/**
 * The versions of a release: JSON as publish-layer's output has it, or patterns of files that hold such. Where several
 * files have the same layer in the same region, the last one counts, in order of name with numbers as numbers: a job
 * that was run again leaves `…-2` beside `…-1`.
 */
export async function readVersions(given: string): Promise<Versions> {
  if (given.trimStart().startsWith('{')) return assertSome(parse(given, 'Input "versions"'));
  const paths: string[] = [];
  for (const pattern of given.split(/[\s,]+/).filter((item) => item !== '')) {
    const before = paths.length;
    for await (const path of glob(pattern)) paths.push(path);
    if (paths.length === before) {
      throw new InputError('versions', 'must be JSON, or name files; nothing is there', pattern);
    }
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  const versions: Record<string, Record<string, number>> = {};
  for (const path of [...new Set(paths)].sort(compare)) {
    for (const [layer, numbers] of Object.entries(parse(await readFile(path, 'utf8'), path))) {
      versions[layer] = { ...versions[layer], ...numbers };
    }
  }
  return assertSome(versions);
}

function parse(json: string, where: string): Versions {
  const versions = parseVersions(json);
  if (versions === undefined) {
    throw new ActionError(
      `${where} must be {"<layer>": {"<region>": <number>}}, as publish-layer writes it.`,
    );
  }
  return versions;
}

function assertSome(versions: Versions): Versions {
  if (Object.values(versions).every((regions) => Object.keys(regions).length === 0)) {
    throw new ActionError('Input "versions" has no version of any layer: nothing was published?');
  }
  return versions;
}
