import { type FileHandle, open } from 'node:fs/promises';
import type { TreeFile } from '#lib/layer/tree.ts';
import { ActionError } from '#lib/node/errors.ts';

/**
 * The content of a file of the tree, in memory that threads share. Throws an ActionError where it is no longer the
 * file that was listed and audited: what was checked must be what is packed.
 */
export async function readListedFile(listed: TreeFile): Promise<Buffer> {
  await using file = await openListed(listed);
  const content = Buffer.from(new SharedArrayBuffer(listed.size));
  await expectUnchanged(file, listed);
  for (let at = 0; at < content.length; ) {
    const { bytesRead } = await file.read(content, at, content.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  await expectUnchanged(file, listed);
  return content;
}

async function openListed({ source }: TreeFile): Promise<FileHandle> {
  try {
    return await open(source);
  } catch (cause) {
    throw new ActionError(
      `${source} vanished or became unreadable while the tree was packaged. ` +
        'Package a tree that nothing else writes to.',
      { cause },
    );
  }
}

async function expectUnchanged(file: FileHandle, { source, size, modified }: TreeFile): Promise<void> {
  const stats = await file.stat({ bigint: true });
  if (stats.size === BigInt(size) && stats.mtimeNs === modified) return;
  throw new ActionError(
    `${source} changed while the tree was packaged: it was audited with ${size} bytes and has ${stats.size} now. ` +
      'Package a tree that nothing else writes to.',
  );
}
