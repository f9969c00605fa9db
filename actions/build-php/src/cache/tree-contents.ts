import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';

/** File in a cache entry that describes each path. */
const listName = 'contents.json';

/** Writes a list of a folder's contents into the folder. */
export async function writeContents(folder: string): Promise<void> {
  await writeFile(join(folder, listName), JSON.stringify(await listContents(folder)));
}

/** @throws ActionError with the first path that differs from the list */
export async function verifyContents(folder: string): Promise<void> {
  const saved = await readContents(folder);
  const found = await listContents(folder);
  const paths = new Set([...Object.keys(saved), ...Object.keys(found)]);
  for (const path of paths) {
    if (saved[path] !== found[path]) throw new ActionError(`${path} differs from the saved copy.`);
  }
}

async function readContents(folder: string): Promise<Readonly<Record<string, string>>> {
  try {
    return JSON.parse(await readFile(join(folder, listName), 'utf8')) as Record<string, string>;
  } catch (cause) {
    throw new ActionError(`${listName} cannot be read.`, { cause });
  }
}

/** Returns every path below a folder with its type and permissions, the SHA-256 of a file, and the target of a link. */
async function listContents(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder, { recursive: true });
  const entries = await Promise.all(
    names
      .filter((name) => name !== listName)
      .map(async (name) => [name, await describeEntry(join(folder, name))] as const),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function describeEntry(path: string): Promise<string> {
  const stats = await lstat(path);
  const mode = (stats.mode & 0o777).toString(8);
  if (stats.isSymbolicLink()) return `link ${await readlink(path)}`;
  if (stats.isDirectory()) return `folder ${mode}`;
  return `file ${mode} ${await hashFile(path)}`;
}
