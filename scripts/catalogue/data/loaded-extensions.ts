import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IniKind } from './differences.ts';

/** The extensions that a layer's own ini loads, by kind of layer; the other files wait for the application's ini. */
export type LoadedExtensions = Readonly<Record<IniKind, ReadonlySet<string>>>;

/** Reads `bref.ini` of each kind from `layers/`. */
export async function readLoadedExtensions(folder: string): Promise<LoadedExtensions> {
  const read = async (kind: IniKind) =>
    listLoaded(await readFile(join(folder, kind, 'bref/etc/php/conf.d/bref.ini'), 'utf8'));
  return { function: await read('function'), fpm: await read('fpm') };
}

/** The names in lines such as `zend_extension = opcache.so`. */
export function listLoaded(ini: string): ReadonlySet<string> {
  const lines = ini.matchAll(/^\s*(?:zend_)?extension\s*=\s*"?(?:.*\/)?([\w-]+?)(?:\.so)?"?\s*$/gm);
  return new Set([...lines].map(([, name = '']) => name));
}
