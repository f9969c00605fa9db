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

/** Finds PHP at the paths of Debian or of the npm packages. */
export async function findPhp(
  root: string,
  { prefersDebian }: Pick<Pins, 'prefersDebian'>,
): Promise<FoundPhp> {
  const native = join(root, 'npm/native');
  const debianFolders = [join(root, 'usr/lib/x86_64-linux-gnu'), join(root, 'lib/x86_64-linux-gnu')];
  const isNpm = existsSync(native);
  const ownFolders = isNpm ? [join(native, 'lib')] : [];
  const debian = await findDebian(root);
  const folder = isNpm ? join(native, 'php/modules') : debian.extensions;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.so'));
  return {
    programs: isNpm
      ? new Map(['php', 'php-fpm'].map((name) => [name, join(native, 'php', name)]))
      : debian.programs,
    extensions: new Map(names.map((name) => [basename(name, '.so'), join(folder, name)])),
    libraryFolders: prefersDebian ? [...debianFolders, ...ownFolders] : [...ownFolders, ...debianFolders],
    productionIni: debian.ini,
  };
}

async function findDebian(root: string) {
  const list = async (path: string) => readdir(join(root, path)).catch(() => []);
  const inFolder = (path: string, names: readonly string[], pattern: RegExp) => {
    const name = names.find((name) => pattern.test(name));
    return name === undefined ? '' : join(root, path, name);
  };
  const lib = await list('usr/lib/php');
  const version = inFolder('usr/lib/php', lib, /^\d\.\d$/);
  return {
    programs: new Map([
      ['php', inFolder('usr/bin', await list('usr/bin'), /^php\d\.\d$/)],
      ['php-fpm', inFolder('usr/sbin', await list('usr/sbin'), /^php-fpm\d\.\d$/)],
    ]),
    extensions: inFolder('usr/lib/php', lib, /^\d{8}$/),
    ini: join(version, 'php.ini-production'),
  };
}

/** Fails if the archives lack a program. */
export function checkPrograms({ programs }: FoundPhp, name: string): void {
  for (const [program, path] of programs) {
    if (!existsSync(path))
      throw new ActionError(`The archives of ${name} contain no ${program}. Correct the pins.`);
  }
}
