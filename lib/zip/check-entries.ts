import type { TreeEntry } from '#lib/layer/tree.ts';
import { ActionError } from '#lib/node/errors.ts';

/** What zip's fields of 16 and 32 bits hold; jszip knows no ZIP64 and would cut larger numbers off silently. */
const mostEntries = 65_535;
const mostBytes = 2 ** 32 - 1;

/** Linux's PATH_MAX, the byte that ends a path included: a longer one could not be unpacked. */
const mostPathBytes = 4_096;

/**
 * What readers of zips do not agree about: bsdtar takes a backslash for a slash, Info-ZIP leaves control characters
 * out. Nobody says what Lambda's reader does.
 */
const doubtfulName = /[\\\p{Cc}]/u;

/** Throws an ActionError for entries that a zip, or Lambda's file system, cannot hold. */
export function checkEntries(entries: readonly TreeEntry[]): void {
  if (entries.length > mostEntries) {
    throw new ActionError(
      `The tree has ${entries.length} files; a zip holds at most ${mostEntries}. Leave some out.`,
    );
  }
  for (const entry of entries) {
    checkName(entry.path);
    if (entry.type === 'file' && entry.size > mostBytes) {
      throw new ActionError(
        `${entry.source} has ${entry.size} bytes; a zip without ZIP64 holds at most ${mostBytes}. Leave it out.`,
      );
    }
  }
}

function checkName(path: string): void {
  if (doubtfulName.test(path)) {
    throw new ActionError(
      `The name ${JSON.stringify(path)} has a backslash or a control character, which programs unpack differently. ` +
        'Rename it.',
    );
  }
  const length = Buffer.byteLength(`/opt/${path}`) + 1;
  if (length > mostPathBytes) {
    throw new ActionError(
      `/opt/${path} has ${length} bytes as a path; Linux takes at most ${mostPathBytes}. Shorten it.`,
    );
  }
}
