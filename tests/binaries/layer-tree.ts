import { existsSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findPhp } from './find-php.ts';
import { type LayerExtensions, selectExtensions } from './layer-extensions.ts';
import type { Pins } from './pins.ts';
import { addRunTimeData } from './run-time-data.ts';
import { copyBinaries, type TreeTools } from './tree-binaries.ts';

export interface TreeSources {
  readonly pins: Pins;
  /** Folder of the unpacked archives. */
  readonly root: string;
  /** Extensions that were compiled for this PHP, by name. They replace those in the archives. */
  readonly compiled: ReadonlyMap<string, string>;
}

const runtime = 'php/runtime';

/**
 * Makes the layer trees of published binaries, as php/Dockerfile makes the trees of our own builds: `function`, `fpm` and
 * `console` in `folder`.
 */
export async function makeLayerTrees(sources: TreeSources, folder: string, tools: TreeTools): Promise<void> {
  const { pins, root } = sources;
  const php = await findPhp(root, pins);
  const adapted = Object.entries(pins.adapted).map(
    ([name, { from }]) => [name, join(root, `usr/lib/php/${from}/${name}.so`)] as const,
  );
  const own = [...php.extensions].filter(([name]) => !pins.unusable.includes(name));
  const extensions = selectExtensions(new Map([...own, ...adapted, ...sources.compiled]));
  await rm(folder, { recursive: true, force: true });
  const tree = join(folder, 'function');
  await copyBinaries(tree, php, extensions, pins, tools);
  await addRunTimeData(tree, root);
  await cp(join(runtime, 'shared'), tree, { recursive: true });
  await addIniFiles(tree, php.productionIni, extensions, pins);
  await cp(tree, join(folder, 'fpm'), { recursive: true, verbatimSymlinks: true });
  for (const name of ['function', 'fpm']) {
    await cp(join(runtime, name), join(folder, name), { recursive: true });
    await writeFile(join(folder, `${name}.waivers.txt`), listWaivers(pins));
  }
  await cp(join(runtime, 'console'), join(folder, 'console'), { recursive: true });
}

async function addIniFiles(
  tree: string,
  production: string,
  { loaded, files }: LayerExtensions,
  { php }: Pins,
): Promise<void> {
  const folder = join(tree, 'bref/etc/php');
  const ini = join(folder, 'php.ini');
  // Debian sets this value to 0, because a cron job of its own removes old sessions.
  const own = (await readFile(production, 'utf8')).replace(
    /^session\.gc_probability = 0$/m,
    'session.gc_probability = 1',
  );
  // In our layers, these extensions are part of PHP.
  const lines = loaded.map((name) => `extension = /opt/bref/extensions/${name}.so\n`);
  await writeFile(ini, `${own}\n[PHP]\n${lines.join('')}`);
  const opcache = join(`php-${php}`, 'opcache.ini');
  if (existsSync(opcache) && files.has('opcache'))
    await cp(opcache, join(folder, 'conf.d', basename(opcache)));
}

/** Returns findings of the audit that are expected, because these binaries were not built for Lambda. */
function listWaivers({ ownGlibc }: Pins): string {
  const waivers = [
    'foreign-path: these binaries were built for another OS and only run in tests',
    'unknown-symbol-version lib/gconv/*: the modules belong to the glibc that the tests use',
    ...(ownGlibc
      ? [
          'bundled-c-library: these binaries need a newer glibc than Lambda has, and start with the loader of the same build',
          'wrong-interpreter: the loader of the newer glibc is in the layer',
        ]
      : ['symbol-version: some libraries are from Debian 12, which the tests run on']),
  ];
  return `${waivers.join('\n')}\n`;
}
