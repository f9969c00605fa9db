import { readFile } from 'node:fs/promises';
import type { Manifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';

/**
 * What the builder says of the tree: a JSON object, taken as it is. Without a path given, `<tree>.metadata.json`
 * where it exists, else null.
 */
export async function readMetadata(tree: string, given: string | undefined): Promise<Manifest['metadata']> {
  const path = given ?? `${tree}.metadata.json`;
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (cause) {
    if (given === undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ActionError(
      `The metadata ${path} cannot be read; give an existing file, or leave the input out.`,
      {
        cause,
      },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ActionError(`The metadata ${path} is not JSON.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ActionError(`The metadata ${path} must be a JSON object.`);
  }
  return value as Manifest['metadata'];
}
