import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type TreeFile, throwUnreadable } from '#lib/layer/tree.ts';

/** Reads a file of the layer tree. Throws an ActionError if it has become unreadable. */
export function readContent({ source }: Pick<TreeFile, 'source'>): Promise<Buffer> {
  return readFile(source).catch(throwUnreadable(source));
}

/** Hexadecimal SHA-256, as in a manifest. */
export function hashContent(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Permissions in the notation of `chmod`, such as `0644`. */
export function formatPermissions(permissions: number): string {
  return permissions.toString(8).padStart(4, '0');
}
