import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import type { Pins } from './pins.ts';

/** Places of PHP in a folder of unpacked archives. */
export interface FoundPhp {
  /** Paths of `php` and `php-fpm`. */
  readonly programs: ReadonlyMap<string, string>;
  /** Paths of the shared extensions, by name. */
  readonly extensions: ReadonlyMap<string, string>;
  /** Folders of libraries, the preferred one first. */
  readonly libraryFolders: readonly string[];
  /** Path of php.ini-production. */
  readonly productionIni: string;
}

/**
 * Finds PHP at the paths of Debian or of the npm packages. php.ini-production is always Debian's.
 *
 * @throws ActionError if a file is missing
 */
export async function findPhp(
  root: string,
  { name, prefersDebian }: Pick<Pins, 'name' | 'prefersDebian'>,
): Promise<FoundPhp> {
  const find = async (path: string) => {
    const found = await expand(root, path);
    if (found !== undefined) return found;
    throw new ActionError(
      `The archives of ${name} contain no ${path}. Correct "packages" or "archives" in the pins.`,
    );
  };
  const isNpm = existsSync(join(root, 'npm/native'));
  const places = isNpm ? npmPlaces : debianPlaces;
  const folder = await find(places.extensions);
  const names = (await readdir(folder)).filter((file) => file.endsWith('.so'));
  const debianFolders = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'];
  const ownFolders = isNpm ? ['npm/native/lib'] : [];
  const folders = prefersDebian ? [...debianFolders, ...ownFolders] : [...ownFolders, ...debianFolders];
  return {
    programs: new Map([
      ['php', await find(places.php)],
      ['php-fpm', await find(places.fpm)],
    ]),
    extensions: new Map(names.map((file) => [basename(file, '.so'), join(folder, file)])),
    libraryFolders: folders.map((path) => join(root, path)),
    productionIni: await find('usr/lib/php/<version>/php.ini-production'),
  };
}

const npmPlaces = {
  php: 'npm/native/php/php',
  fpm: 'npm/native/php/php-fpm',
  extensions: 'npm/native/php/modules',
};

const debianPlaces = {
  php: 'usr/bin/php<version>',
  fpm: 'usr/sbin/php-fpm<version>',
  extensions: 'usr/lib/php/<interface>',
};

/** Returns the path in `root` that exists, or undefined. Names of files may contain `<version>` or `<interface>`. */
async function expand(root: string, path: string): Promise<string | undefined> {
  let found = root;
  for (const part of path.split('/')) {
    const pattern = part.replace('<version>', '\\d\\.\\d').replace('<interface>', '\\d{8}');
    const name =
      pattern === part
        ? part
        : (await readdir(found)).find((entry) => new RegExp(`^${pattern}$`).test(entry));
    if (name === undefined || !existsSync(join(found, name))) return undefined;
    found = join(found, name);
  }
  return found;
}
