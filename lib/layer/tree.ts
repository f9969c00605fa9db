import type { Dirent } from 'node:fs';
import { access, constants, lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError, InputError } from '#lib/node/errors.ts';

/** Everything below the folder that becomes /opt. Paths are relative to it, with `/`. */
export interface Tree {
  /** Files and symlinks, sorted by the bytes of their paths. */
  readonly entries: readonly TreeEntry[];
  readonly folders: ReadonlySet<string>;
  /** Folders with nothing in them, which a zip without folder entries leaves out. */
  readonly emptyFolders: readonly string[];
  /** Bytes of all files. */
  readonly size: number;
}

export type TreeEntry = TreeFile | TreeSymlink;

export interface TreeFile {
  readonly type: 'file';
  readonly path: string;
  /** Where it lies on this machine. */
  readonly source: string;
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in nanoseconds: tells a file that was written to since. */
  readonly modified: bigint;
  /** Permission bits as found, set-uid and the like included. */
  readonly permissions: number;
  readonly isExecutable: boolean;
}

export interface TreeSymlink {
  readonly type: 'symlink';
  readonly path: string;
  readonly target: string;
}

/**
 * Lists the tree at `root`. Throws an InputError where there is no such folder or nothing in it, and an ActionError
 * for what cannot be read and for what no zip
 * can hold: devices, pipes, sockets, names that are not UTF-8.
 */
export async function readTree(root: string): Promise<Tree> {
  const stats = await lstat(`${root}/`).catch(() => undefined);
  if (!stats?.isDirectory()) {
    throw new InputError('path', 'must be an existing folder, the tree that becomes /opt', root);
  }
  const entries: TreeEntry[] = [];
  const folders = new Set<string>();
  const emptyFolders: string[] = [];
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const source = join(root, folder);
    const children = await readdir(source, { withFileTypes: true, encoding: 'buffer' }).catch(
      describeUnreadable(source),
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
  if (entries.length === 0) throw new InputError('path', 'must be a folder with files in it', root);
  entries.sort((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
  const size = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  return { entries, folders, emptyFolders: emptyFolders.sort(), size };
}

async function readEntry(root: string, path: string): Promise<TreeEntry> {
  const source = join(root, path);
  const stats = await lstat(source, { bigint: true }).catch(describeUnreadable(source));
  if (stats.isSymbolicLink()) return { type: 'symlink', path, target: await readlink(source) };
  if (!stats.isFile()) {
    const kind = stats.isSocket() ? 'a socket' : stats.isFIFO() ? 'a pipe' : 'a device';
    throw new ActionError(`${source} is ${kind}; a layer holds files, folders and symlinks only. Remove it.`);
  }
  await expectReadable(source);
  const permissions = Number(stats.mode) & 0o7777;
  const isExecutable = (permissions & 0o111) !== 0;
  const { size, mtimeNs: modified } = stats;
  return { type: 'file', path, source, size: Number(size), modified, permissions, isExecutable };
}

async function expectReadable(source: string): Promise<void> {
  try {
    await access(source, constants.R_OK);
  } catch (cause) {
    throw new ActionError(`${source} cannot be read; give whoever packages it the right to (chmod a+r).`, {
      cause,
    });
  }
}

/** For `catch`: what the system says of a file or folder of the tree, with what to do about it. */
export function describeUnreadable(source: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const remedy =
      cause.code === 'ENOENT'
        ? 'It has vanished since the tree was listed: let nothing change the tree meanwhile.'
        : 'Give whoever runs this the right to read it.';
    throw new ActionError(`${source} cannot be read. ${remedy}`, { cause });
  };
}

function nameOf({ name }: Dirent<NonSharedBuffer>, folder: string): string {
  const text = name.toString('utf8');
  if (!Buffer.from(text).equals(name)) {
    throw new ActionError(`A name in /${folder} is not UTF-8 (${text}); no zip can hold it. Rename it.`);
  }
  return text;
}
