import { stat } from 'node:fs/promises';
import { openPromise } from 'yauzl';
import { hashFile } from '#lib/node/hash-file.ts';

/** What is said of a zip by the zip itself. */
export interface ZipFacts {
  /** Bytes of the zip. */
  readonly size: number;
  /** Bytes of all its files, as its directory says. */
  readonly unzippedSize: number;
  /** Base64 of the SHA-256 of the zip, AWS's CodeSha256. */
  readonly codeSha256: string;
}

/** Reads a zip's directory and all its bytes; where that fails, what is wrong with it. */
export async function inspectZip(path: string): Promise<ZipFacts | string> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return `${path}: there is no such file; build and package the layer first.`;
  if (!stats.isFile()) return `${path}: must be a zip file.`;
  try {
    const { files, unzippedSize } = await readDirectory(path);
    if (files === 0) return `${path}: is a zip without files in it.`;
    return { size: stats.size, unzippedSize, codeSha256: (await hashFile(path, 'base64')) ?? '' };
  } catch (error) {
    return `${path}: is not a zip that can be unpacked (${(error as Error).message}).`;
  }
}

async function readDirectory(
  path: string,
): Promise<{ readonly files: number; readonly unzippedSize: number }> {
  const zip = await openPromise(path);
  let files = 0;
  let unzippedSize = 0;
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('/')) files++;
    unzippedSize += entry.uncompressedSize;
  }
  return { files, unzippedSize };
}
