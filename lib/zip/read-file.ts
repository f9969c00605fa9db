import { type FileHandle, open } from 'node:fs/promises';
import type { TreeFile } from '#lib/layer/tree.ts';
import { ActionError } from '#lib/node/errors.ts';

/**
 * Reads a file of the layer tree into memory that threads can share.
 *
 * @throws ActionError if the file changed since it was listed: the zip must contain the audited bytes
 */
export async function readListedFile(listed: TreeFile): Promise<Buffer> {
  await using file = await openListed(listed);
  const content = Buffer.from(new SharedArrayBuffer(listed.size));
  await checkUnchanged(file, listed);
  for (let at = 0; at < content.length; ) {
    const { bytesRead } = await file.read(content, at, content.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  await checkUnchanged(file, listed);
  return content;
}

async function openListed({ source }: TreeFile): Promise<FileHandle> {
  try {
    return await open(source);
  } catch (cause) {
    throw new ActionError(
      `${source} was removed or became unreadable during packaging. Keep the layer tree unchanged until packaging ends.`,
      { cause },
    );
  }
}

async function checkUnchanged(file: FileHandle, { source, size, modified }: TreeFile): Promise<void> {
  const stats = await file.stat({ bigint: true });
  if (stats.size === BigInt(size) && stats.mtimeNs === modified) return;
  throw new ActionError(
    `${source} changed during packaging: it had ${size} bytes during the audit and has ${stats.size} bytes now. ` +
      'Keep the layer tree unchanged until packaging ends.',
  );
}
