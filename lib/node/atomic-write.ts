import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ActionError } from './errors.ts';

/**
 * Lets `write` make a file under a temporary name beside `path`, and gives it its name only when it is whole: a
 * reader sees the old file or the new one, and a failure leaves nothing behind. Returns what `write` does. Throws an
 * ActionError where the file system refuses.
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
  EACCES: 'permission is denied. Write to a folder of your own',
};

/** The file system refused to write: a fault of this machine, which no other server or attempt mends. */
export class WriteRefused extends ActionError {}

/** A WriteRefused with the remedy where the file system refused to write `path`; any other error as it is. */
export function explainRefusal(error: unknown, path: string): unknown {
  const remedy = error instanceof Error ? refusals[(error as NodeJS.ErrnoException).code ?? ''] : undefined;
  if (remedy === undefined) return error;
  return new WriteRefused(`${path} cannot be written: ${remedy}, then try again.`, { cause: error });
}
