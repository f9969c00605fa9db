import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Describes each file by its permissions and hash, and each symlink by its target. */
export async function listTree(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const lines = entries
    .filter((entry) => !entry.isDirectory())
    .map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const stats = await lstat(path);
      const description = stats.isSymbolicLink()
        ? `-> ${await readlink(path)}`
        : `${(stats.mode & 0o7777).toString(8)} ${createHash('sha256')
            .update(await readFile(path))
            .digest('hex')}`;
      return [relative(root, path), description] as const;
    });
  return Object.fromEntries((await Promise.all(lines)).sort(([left], [right]) => (left < right ? -1 : 1)));
}
