import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const chunkBytes = 1024 * 1024;

/**
 * Returns the SHA-256 of a file, or undefined if the file does not exist. It reads into one small buffer, because a
 * stream would leave the chunks of a large file to the garbage collector.
 *
 * @param encoding `hex`, or `base64` as in AWS's CodeSha256
 */
export async function hashFile(
  path: string,
  encoding: 'hex' | 'base64' = 'hex',
): Promise<string | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(chunkBytes);
  try {
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) return hash.digest(encoding);
      hash.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
