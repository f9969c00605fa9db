import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { copyCharacterSets } from './character-sets.ts';

/** Adds the files that libraries load at run time: time zones, character sets, OpenSSL modules and certificates. */
export async function addRunTimeData(tree: string, root: string): Promise<void> {
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  await cp(join(root, 'usr/share/zoneinfo'), join(tree, 'share/zoneinfo'), {
    recursive: true,
    verbatimSymlinks: true,
    // A link to a file of the machine.
    filter: (path) => basename(path) !== 'localtime',
  });
  const old = join(root, 'lib/x86_64-linux-gnu');
  const gconv = [libraries, old].map((folder) => join(folder, 'gconv')).find(existsSync);
  if (gconv === undefined)
    throw new ActionError('The archives lack the modules of iconv. Add the package libc6 to "packages".');
  await copyCharacterSets(gconv, join(tree, 'lib/gconv'));
  const modules = join(libraries, 'ossl-modules');
  if (existsSync(modules)) await cp(modules, join(tree, 'lib/ossl-modules'), { recursive: true });
  await mkdir(join(tree, 'bref/ssl'), { recursive: true });
  const mozilla = join(root, 'usr/share/ca-certificates/mozilla');
  const certificates = await Promise.all(
    (await readdir(mozilla)).sort().map((name) => readFile(join(mozilla, name), 'utf8')),
  );
  await writeFile(join(tree, 'bref/ssl/cert.pem'), certificates.join(''));
}
