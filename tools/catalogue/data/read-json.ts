import { readFile } from 'node:fs/promises';
import { ActionError } from '#lib/node/errors.ts';

/**
 * Reads a JSON file.
 *
 * @param remedy sentence about the fix, for the error
 * @throws ActionError if the file cannot be read or is not JSON
 */
export async function readJson(path: string, remedy: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new ActionError(`${path} cannot be read. ${remedy}`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ActionError(`${path} is not JSON. ${remedy}`, { cause });
  }
}
