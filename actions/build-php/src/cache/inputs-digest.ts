import { createHash, type Hash } from 'node:crypto';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Returns a hexadecimal SHA-256 over the files of named folders (path, executable bit, content) and over facts.
 *
 * @param ignored files that are left out, as paths in their folder
 */
export async function digestInputs(
  folders: Readonly<Record<string, string>>,
  facts: Readonly<Record<string, unknown>>,
  ignored: readonly string[] = [],
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const name of Object.keys(folders).sort()) {
    hash.update(`\0${name}`);
    await addFolder(hash, folders[name] ?? '', '', ignored);
  }
  return hash.digest('hex');
}

async function addFolder(
  hash: Hash,
  root: string,
  relative: string,
  ignored: readonly string[],
): Promise<void> {
  const entries = await readdir(join(root, relative), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(relative, entry.name);
    if (ignored.includes(path)) continue;
    if (entry.isDirectory()) {
      await addFolder(hash, root, path, ignored);
    } else if (entry.isSymbolicLink()) {
      hash.update(`\0${path}\0link\0${await readlink(join(root, path))}`);
    } else {
      const isExecutable = ((await stat(join(root, path))).mode & 0o100) !== 0;
      const content = await readFile(join(root, path));
      hash.update(`\0${path}\0${isExecutable}\0${content.length}\0`).update(content);
    }
  }
}
