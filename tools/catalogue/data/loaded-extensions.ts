import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IniKind } from './differences.ts';

/** Extensions that a layer's own ini files load, by kind of layer. An application enables the others. */
export type LoadedExtensions = Readonly<Record<IniKind, ReadonlySet<string>>>;

/** Reads the ini files of each kind of layer and of the PHP versions, in a checkout of this repository. */
export async function readLoadedExtensions(checkout: string): Promise<LoadedExtensions> {
  const read = async (...patterns: readonly string[]): Promise<ReadonlySet<string>> => {
    const names = new Set<string>();
    for await (const path of glob(patterns.map((pattern) => join(checkout, pattern)))) {
      for (const name of listLoaded(await readFile(path, 'utf8'))) names.add(name);
    }
    return names;
  };
  const ofKind = (kind: IniKind) => read(`php/runtime/${kind}/bref/etc/php/conf.d/*.ini`, 'php-*/*.ini');
  return { function: await ofKind('function'), fpm: await ofKind('fpm') };
}

/** Lists the names in lines such as `zend_extension = opcache.so`. */
export function listLoaded(ini: string): ReadonlySet<string> {
  const lines = ini.matchAll(/^\s*(?:zend_)?extension\s*=\s*"?(?:.*\/)?([\w-]+?)(?:\.so)?"?\s*$/gm);
  return new Set([...lines].map(([, name = '']) => name));
}
