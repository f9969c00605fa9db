import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { ActionError, describeError } from '#lib/node/errors.ts';

/** @throws ActionError that names the file where it is not JSON */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new ActionError(`"${path}" is not JSON: ${describeError(cause)}`);
  }
}

/** Sorted by name; empty where there is no such folder. */
export async function listFolder(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
