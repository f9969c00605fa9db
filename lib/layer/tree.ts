import type { Dirent } from 'node:fs';
import { access, constants, lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError, InputError } from '#lib/node/errors.ts';

/** Content of a layer tree, the folder that becomes /opt. Paths are relative to it and use `/`. */
export interface Tree {
  /** Files and symlinks, sorted by the bytes of their paths. */
  readonly entries: readonly TreeEntry[];
  readonly folders: ReadonlySet<string>;
  /** Empty folders. They are not in the zip, because it has no folder entries. */
  readonly emptyFolders: readonly string[];
  /** Bytes of all files together. */
  readonly size: number;
}

export type TreeEntry = TreeFile | TreeSymlink;

export interface TreeFile {
  readonly type: 'file';
  readonly path: string;
  /** Path on this machine. */
  readonly source: string;
  /** Bytes. */
  readonly size: number;
  /** Time of the last change in nanoseconds, to detect a change after the file was listed. */
  readonly modified: bigint;
  /** Permission bits of the file, including set-uid, set-gid and sticky bit. */
  readonly permissions: number;
  readonly isExecutable: boolean;
}

export interface TreeSymlink {
  readonly type: 'symlink';
  readonly path: string;
  readonly target: string;
}

/**
 * Lists a layer tree.
 *
 * @throws InputError if `root` is not a folder, or contains no file
 * @throws ActionError if a file is unreadable, or if a zip cannot hold it: a device, pipe or socket, or a name that is
 *   not UTF-8
 */
export async function readTree(root: string): Promise<Tree> {
  const stats = await lstat(`${root}/`).catch(() => undefined);
  if (!stats?.isDirectory()) {
    throw new InputError(
      `Input "path" must be the folder of the layer's files, which becomes /opt; got "${root}".`,
    );
  }
  const entries: TreeEntry[] = [];
  const folders = new Set<string>();
  const emptyFolders: string[] = [];
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const source = join(root, folder);
    const children = await readdir(source, { withFileTypes: true, encoding: 'buffer' }).catch(
      throwUnreadable(source),
    );
    if (children.length === 0) emptyFolders.push(folder);
    for (const child of children) {
      const path = folder === '' ? nameOf(child, folder) : `${folder}/${nameOf(child, folder)}`;
      if (child.isDirectory()) {
        folders.add(path);
        pending.push(path);
      } else {
        entries.push(await readEntry(root, path));
      }
    }
  }
  if (entries.length === 0) {
    throw new InputError(`Input "path" must be a folder that contains files; got "${root}".`);
  }
  entries.sort((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
  const size = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  return { entries, folders, emptyFolders: emptyFolders.sort(), size };
}

async function readEntry(root: string, path: string): Promise<TreeEntry> {
  const source = join(root, path);
  const stats = await lstat(source, { bigint: true }).catch(throwUnreadable(source));
  if (stats.isSymbolicLink()) return { type: 'symlink', path, target: await readlink(source) };
  if (!stats.isFile()) {
    const kind = stats.isSocket() ? 'a socket' : stats.isFIFO() ? 'a pipe' : 'a device';
    throw new ActionError(
      `${source} is ${kind}; a layer can contain only files, folders and symlinks. Remove it.`,
    );
  }
  await checkReadable(source);
  const permissions = Number(stats.mode) & 0o7777;
  const isExecutable = (permissions & 0o111) !== 0;
  const { size, mtimeNs: modified } = stats;
  return { type: 'file', path, source, size: Number(size), modified, permissions, isExecutable };
}

async function checkReadable(source: string): Promise<void> {
  try {
    await access(source, constants.R_OK);
  } catch (cause) {
    throw new ActionError(`${source} cannot be read. Make it readable for the current user (chmod a+r).`, {
      cause,
    });
  }
}

/** Returns a handler for `catch` that throws an ActionError with the unreadable file and the fix. */
export function throwUnreadable(source: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const remedy =
      cause.code === 'ENOENT'
        ? 'It was removed after the layer tree was listed. Keep the layer tree unchanged until packaging ends.'
        : 'Make it readable for the current user.';
    throw new ActionError(`${source} cannot be read. ${remedy}`, { cause });
  };
}

function nameOf({ name }: Dirent<NonSharedBuffer>, folder: string): string {
  const text = name.toString('utf8');
  if (!Buffer.from(text).equals(name)) {
    throw new ActionError(
      `A name in /${folder} is not UTF-8 (${text}), and a zip cannot hold it. Rename the file.`,
    );
  }
  return text;
}
