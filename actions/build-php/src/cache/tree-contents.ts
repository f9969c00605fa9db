import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';

/** Beside the trees of an entry: path -> what is there. */
const listName = 'contents.json';

/** Writes down what a folder holds, in the folder. */
export async function writeContents(folder: string): Promise<void> {
  await writeFile(join(folder, listName), JSON.stringify(await listContents(folder)));
}

/** Throws an ActionError that names the first path that is not as it was written down. */
export async function verifyContents(folder: string): Promise<void> {
  const written = await readContents(folder);
  const found = await listContents(folder);
  const paths = new Set([...Object.keys(written), ...Object.keys(found)]);
  for (const path of paths) {
    if (written[path] !== found[path]) throw new ActionError(`${path} is not what was saved.`);
  }
}

async function readContents(folder: string): Promise<Readonly<Record<string, string>>> {
  try {
    return JSON.parse(await readFile(join(folder, listName), 'utf8')) as Record<string, string>;
  } catch (cause) {
    throw new ActionError(`${listName} cannot be read.`, { cause });
  }
}

/** Every path below a folder: type and permissions, and of a file its SHA-256, of a link its target. */
async function listContents(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(folder, { recursive: true });
  const entries = await Promise.all(
    names
      .filter((name) => name !== listName)
      .map(async (name) => [name, await describe(join(folder, name))] as const),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function describe(path: string): Promise<string> {
  const stats = await lstat(path);
  const mode = (stats.mode & 0o777).toString(8);
  if (stats.isSymbolicLink()) return `link ${await readlink(path)}`;
  if (stats.isDirectory()) return `folder ${mode}`;
  return `file ${mode} ${await hashFile(path)}`;
}
