import type { TreeEntry } from '#lib/layer/tree.ts';
import { ActionError } from '#lib/node/errors.ts';

/** Largest values of a zip's 16-bit and 32-bit fields. jszip does not know ZIP64 and truncates larger numbers silently. */
const maxEntries = 65_535;
const maxFileBytes = 2 ** 32 - 1;

/** Linux's PATH_MAX, which includes the byte that ends a path. A longer path cannot be unpacked. */
const maxPathBytes = 4_096;

/**
 * Zip readers disagree about these characters: bsdtar reads a backslash as a slash, and Info-ZIP drops control
 * characters. The behavior of Lambda's reader is undocumented.
 */
const ambiguousCharacter = /[\\\p{Cc}]/u;

/**
 * Checks that a zip, and Lambda's file system, can hold the entries of a layer tree.
 *
 * @throws ActionError if there are too many entries, a file is too large, or a path is too long or ambiguous
 */
export function checkEntries(entries: readonly TreeEntry[]): void {
  if (entries.length > maxEntries) {
    throw new ActionError(
      `The layer tree has ${entries.length} files; a zip holds at most ${maxEntries}. Remove some files.`,
    );
  }
  for (const entry of entries) {
    checkPath(entry.path);
    if (entry.type === 'file' && entry.size > maxFileBytes) {
      throw new ActionError(
        `${entry.source} has ${entry.size} bytes; a zip without ZIP64 holds at most ${maxFileBytes} per file. ` +
          'Remove the file.',
      );
    }
  }
}

function checkPath(path: string): void {
  if (ambiguousCharacter.test(path)) {
    throw new ActionError(
      `The path ${JSON.stringify(path)} contains a backslash or a control character, which zip readers unpack ` +
        'differently. Rename the file.',
    );
  }
  const pathBytes = Buffer.byteLength(`/opt/${path}`) + 1;
  if (pathBytes > maxPathBytes) {
    throw new ActionError(
      `The path /opt/${path} has ${pathBytes} bytes; Linux accepts at most ${maxPathBytes}. Shorten the path.`,
    );
  }
}
