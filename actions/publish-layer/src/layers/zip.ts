import { stat } from 'node:fs/promises';
import { openPromise } from 'yauzl';
import { hashFile } from '#lib/node/hash-file.ts';

/** Properties that are read from the zip itself. */
export interface ZipFacts {
  readonly sizeBytes: number;
  /** Size of all files according to the zip's directory. */
  readonly unzippedBytes: number;
  /** Base64 of the zip's SHA-256, AWS's CodeSha256. */
  readonly codeSha256: string;
}

/** Reads a zip's directory and all its bytes. If that fails, returns an error message instead. */
export async function inspectZip(path: string): Promise<ZipFacts | string> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return `${path} does not exist. Build and package the layer first.`;
  if (!stats.isFile()) return `${path} must be a zip file.`;
  try {
    const { fileCount, unzippedBytes } = await readDirectory(path);
    if (fileCount === 0) return `${path} is a zip without files. Package the layer again.`;
    return { sizeBytes: stats.size, unzippedBytes, codeSha256: (await hashFile(path, 'base64')) ?? '' };
  } catch (error) {
    return `${path} is not a readable zip (${(error as Error).message}). Package the layer again.`;
  }
}

async function readDirectory(
  path: string,
): Promise<{ readonly fileCount: number; readonly unzippedBytes: number }> {
  const zip = await openPromise(path);
  let fileCount = 0;
  let unzippedBytes = 0;
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('/')) fileCount++;
    unzippedBytes += entry.uncompressedSize;
  }
  return { fileCount, unzippedBytes };
}
