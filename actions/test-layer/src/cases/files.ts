import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { ActionError, describeError } from '#lib/node/errors.ts';

/** @throws ActionError if the file does not contain JSON */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ActionError(`"${path}" must contain JSON: ${describeError(cause)}`);
  }
}

/** Lists the entries of a folder by name. Returns an empty list if the folder does not exist. */
export async function listFolder(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
