import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseElf } from '#lib/elf/elf.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { copyCharacterSets } from './character-sets.ts';
import { checkPrograms, type FoundPhp, findPhp } from './find-php.ts';
import { type LayerExtensions, selectExtensions } from './layer-extensions.ts';
import { collectLibraries, indexLibraries } from './libraries.ts';
import type { Pins } from './pins.ts';

export interface TreeDependencies {
  readonly run: Run;
  readonly patchelf: string;
}

export interface TreeSources {
  readonly pins: Pins;
  /** Folder of the unpacked archives. */
  readonly root: string;
  /** Extensions that were compiled for this PHP, by name. They replace those in the archives. */
  readonly compiled: ReadonlyMap<string, string>;
}

/** Names of the libraries that Lambda's OS offers every layer. */
const systemLibraries =
  /^(ld-linux-x86-64\.so\.2|lib(c|m)\.so\.6|lib(dl|resolv)\.so\.2|lib(rt|util)\.so\.1|libpthread\.so\.0|libgcc_s\.so\.1|libstdc\+\+\.so\.6)$/;

const runtime = 'php/runtime';

/**
 * Makes the layer trees of published binaries, as php/Dockerfile makes the trees of our own builds: `function`, `fpm` and
 * `console` in `folder`.
 */
export async function makeLayerTrees(
  sources: TreeSources,
  folder: string,
  dependencies: TreeDependencies,
): Promise<void> {
  const { pins, root } = sources;
  const php = await findPhp(root, pins);
  checkPrograms(php, pins.name);
  const adapted = Object.entries(pins.adapted).map(
    ([name, { from }]) => [name, join(root, `usr/lib/php/${from}/${name}.so`)] as const,
  );
  const own = [...php.extensions].filter(([name]) => !pins.unusable.includes(name));
  const extensions = selectExtensions(new Map([...own, ...adapted, ...sources.compiled]));
  await rm(folder, { recursive: true, force: true });
  const tree = join(folder, 'function');
  await copyBinaries(tree, php, extensions, pins, dependencies);
  await addData(tree, root);
  await cp(join(runtime, 'shared'), tree, { recursive: true });
  await addIniFiles(tree, php.productionIni, extensions, pins);
  await cp(tree, join(folder, 'fpm'), { recursive: true, verbatimSymlinks: true });
  for (const name of ['function', 'fpm']) {
    await cp(join(runtime, name), join(folder, name), { recursive: true });
    await writeFile(join(folder, `${name}.waivers.txt`), listWaivers(pins));
  }
  await cp(join(runtime, 'console'), join(folder, 'console'), { recursive: true });
}

async function copyBinaries(
  tree: string,
  php: FoundPhp,
  extensions: LayerExtensions,
  pins: Pins,
  { run, patchelf }: TreeDependencies,
): Promise<void> {
  const [bin, lib, modules] = ['bin', 'lib', 'bref/extensions'].map((name) => join(tree, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [bin, lib, modules]) await mkdir(path, { recursive: true });
  const programs = [...php.programs].map(([name, path]) => [join(bin, name), path] as const);
  const files = [...extensions.files].map(([name, path]) => [join(modules, `${name}.so`), path] as const);
  const index = await indexLibraries(php.libraryFolders);
  const { libraries, missing } = await collectLibraries(
    [...programs, ...files].map(([, path]) => path),
    index,
  );
  const isOwn = (soname: string) => pins.ownGlibc || !systemLibraries.test(soname);
  const lost = [...missing].filter(isOwn);
  if (lost.length > 0) {
    throw new ActionError(
      `The archives of ${pins.name} lack the libraries ${lost.join(', ')}. Add their packages to "packages", and run pin.ts.`,
    );
  }
  const copied = [...libraries]
    .filter(([soname]) => isOwn(soname))
    .map(([soname, path]) => [join(lib, soname), path] as const);
  for (const [to, from] of [...programs, ...files, ...copied]) {
    await cp(await realpath(from), to);
    await chmod(to, 0o755);
  }
  for (const [name, { from, to }] of Object.entries(pins.adapted))
    await adaptExtension(join(modules, `${name}.so`), from, to);
  await run([
    'cc',
    '-O1',
    '-shared',
    '-fPIC',
    '-nostdlib',
    '-s',
    '-Wl,-soname,libini-paths.so',
    '-o',
    join(lib, 'libini-paths.so'),
    join(import.meta.dirname, 'ini-paths.c'),
  ]);
  for (const [path] of programs) {
    // Distributions change PHP to read the OS's time zones, which Lambda does not have.
    await replaceText(path, '/usr/share/zoneinfo', '/opt/share/zoneinfo');
    const loader = pins.ownGlibc ? ['--set-interpreter', '/opt/lib/ld-linux-x86-64.so.2'] : [];
    await run([
      patchelf,
      ...loader,
      '--add-needed',
      'libini-paths.so',
      '--force-rpath',
      '--set-rpath',
      '$ORIGIN/../lib',
      path,
    ]);
  }
  for (const [path] of [...files, ...copied]) {
    const { rpath, runpath } = parseElf(await readFile(path));
    if (rpath !== undefined || runpath !== undefined) await run([patchelf, '--remove-rpath', path]);
  }
  await run([
    'strip',
    '--strip-unneeded',
    ...[...files, ...copied]
      .map(([path]) => path)
      .filter((path) => !/\/(libc\.so\.6|ld-linux[^/]*)$/.test(path)),
  ]);
}

/** Changes the version of PHP's interface that an extension was compiled for. */
async function adaptExtension(path: string, from: string, to: string): Promise<void> {
  await replaceText(path, `API${from},`, `API${to},`);
  const bytes = await readFile(path);
  const [old, wanted] = [from, to].map((version) => Buffer.from(Uint32Array.of(Number(version)).buffer)) as [
    Buffer,
    Buffer,
  ];
  for (let at = bytes.indexOf(old); at !== -1; at = bytes.indexOf(old, at + 4)) wanted.copy(bytes, at);
  await writeFile(path, bytes);
}

/** Replaces a text of a program by another one of the same length. */
async function replaceText(path: string, from: string, to: string): Promise<void> {
  const bytes = await readFile(path);
  for (let at = bytes.indexOf(from); at !== -1; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  await writeFile(path, bytes);
}

/** Adds the files that libraries load at run time. */
async function addData(tree: string, root: string): Promise<void> {
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
