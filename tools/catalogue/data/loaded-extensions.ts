import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Reads the extensions that the ini files of the layers and of the PHP versions load, in a checkout of this repository.
 * An application enables the others.
 */
export async function readLoadedExtensions(checkout: string): Promise<ReadonlySet<string>> {
  const patterns = ['php/runtime/shared/bref/etc/php/conf.d/*.ini', 'php-*/*.ini'];
  const names = new Set<string>();
  for await (const path of glob(patterns.map((pattern) => join(checkout, pattern)))) {
    for (const name of listLoaded(await readFile(path, 'utf8'))) names.add(name);
  }
  return names;
}

/** Lists the names in lines such as `zend_extension = opcache.so`. */
export function listLoaded(ini: string): ReadonlySet<string> {
  const lines = ini.matchAll(/^\s*(?:zend_)?extension\s*=\s*"?(?:.*\/)?([\w-]+?)(?:\.so)?"?\s*$/gm);
  return new Set([...lines].map(([, name = '']) => name));
}
