import { readFile } from 'node:fs/promises';
import type { Manifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';

/**
 * Reads the builder's metadata, a JSON object. Returns null if no file is given and the default file does not exist.
 *
 * @param tree path of the layer tree; the default file is `<tree>.metadata.json`
 * @param file file to read instead of the default
 * @throws ActionError if the file is unreadable or not a JSON object
 */
export async function readMetadata(tree: string, file: string | undefined): Promise<Manifest['metadata']> {
  const path = file ?? `${tree}.metadata.json`;
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (cause) {
    if (file === undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ActionError(
      `The metadata file ${path} cannot be read. Set "metadata" to an existing file, or omit it.`,
      { cause },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ActionError(`The metadata file ${path} is not JSON.`, { cause });
  }
  if (!isRecord(value)) throw new ActionError(`The metadata file ${path} must contain a JSON object.`);
  return value;
}
