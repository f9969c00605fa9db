import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ActionError } from './errors.ts';

/**
 * Calls `write` with a temporary path beside `path`, then renames the result. A reader sees the old file or the new
 * one, never a part of it, and a failure leaves nothing behind.
 *
 * @returns the result of `write`
 * @throws WriteRefused if the file system refuses to write
 */
export async function writeAtomically<T>(path: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const result = await write(temporary);
    await rename(temporary, path);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw explainRefusal(error, path);
  }
}

const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space',
  EDQUOT: 'the disk quota is used up. Free some space',
  EROFS: 'the file system is read-only. Write to another folder',
  EACCES: 'permission is denied. Choose a folder that you may write to',
};

/** The file system of this machine refused to write. Retrying, or downloading from another server, does not help. */
export class WriteRefused extends ActionError {}

/** Returns a WriteRefused with a fix if the file system refused to write `path`, otherwise the error itself. */
export function explainRefusal(error: unknown, path: string): unknown {
  const remedy = error instanceof Error ? refusals[(error as NodeJS.ErrnoException).code ?? ''] : undefined;
  if (remedy === undefined) return error;
  return new WriteRefused(`${path} cannot be written: ${remedy}, then try again.`, { cause: error });
}
