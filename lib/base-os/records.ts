import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '#lib/node/atomic-write.ts';

/** Returns the last known identifier of an image, for builds while the engine is not running. */
export async function readImageRecord(image: string, recordFolder: string): Promise<string | undefined> {
  return await readFile(recordPath(image, recordFolder), 'utf8').catch(() => undefined);
}

export async function writeImageRecord(image: string, id: string, recordFolder: string): Promise<void> {
  await writeAtomically(recordPath(image, recordFolder), (path) => writeFile(path, id));
}

function recordPath(image: string, recordFolder: string): string {
  return join(recordFolder, image.replaceAll(/[/:]/g, '-'));
}
