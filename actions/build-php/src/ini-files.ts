import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** PHP loads the ini files of a folder in the order of their names, and the last one wins. `zz-` comes after ours. */
function nameInLayer(path: string): string {
  return `zz-${basename(path)}`;
}

/** Returns the content of each ini file by its name in the layers. */
export async function readIniFiles(paths: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const files = paths.map(async (path) => [nameInLayer(path), await readFile(path, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(files));
}

/** Copies ini files into the Dockerfile's `ini-files` context. */
export async function copyIniFiles(paths: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const path of paths) await copyFile(path, join(folder, nameInLayer(path)));
}
