import { chmod, cp, mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { parseElf } from '#lib/elf/elf.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { FoundPhp } from './find-php.ts';
import type { LayerExtensions } from './layer-extensions.ts';
import { collectLibraries, indexLibraries } from './libraries.ts';
import type { Pins } from './pins.ts';
import { adaptExtension, replaceText } from './rewrite-binary.ts';

export interface TreeTools {
  readonly run: Run;
  /** Path of patchelf. */
  readonly patchelf: string;
}

/** Files of a layer tree: path in the tree, and path of the original. */
type Copies = readonly (readonly [to: string, from: string])[];

interface Binaries {
  readonly programs: Copies;
  readonly extensions: Copies;
  readonly libraries: Copies;
}

/** Names of the libraries that Lambda's OS offers every layer. */
const systemLibraries =
  /^(ld-linux-x86-64\.so\.2|lib(c|m)\.so\.6|lib(dl|resolv)\.so\.2|lib(rt|util)\.so\.1|libpthread\.so\.0|libgcc_s\.so\.1|libstdc\+\+\.so\.6)$/;

/** Copies PHP, its extensions and their libraries to a layer tree, and changes them so that they start from `/opt`. */
export async function copyBinaries(
  tree: string,
  php: FoundPhp,
  extensions: LayerExtensions,
  pins: Pins,
  tools: TreeTools,
): Promise<void> {
  const binaries = await chooseBinaries(tree, php, extensions, pins);
  for (const folder of ['bin', 'lib', 'bref/extensions'])
    await mkdir(join(tree, folder), { recursive: true });
  for (const [to, from] of Object.values(binaries).flat()) {
    await cp(await realpath(from), to);
    await chmod(to, 0o755);
  }
  for (const [name, { from, to }] of Object.entries(pins.adapted)) {
    await adaptExtension(join(tree, 'bref/extensions', `${name}.so`), from, to);
  }
  await relocatePrograms(tree, binaries.programs, pins, tools);
  const shared = [...binaries.extensions, ...binaries.libraries].map(([path]) => path);
  await dropSearchPaths(shared, tools);
  await tools.run(['strip', '--strip-unneeded', ...shared]);
}

/** @throws ActionError if the archives lack a library */
async function chooseBinaries(
  tree: string,
  php: FoundPhp,
  extensions: LayerExtensions,
  pins: Pins,
): Promise<Binaries> {
  const programs = [...php.programs].map(([name, path]) => [join(tree, 'bin', name), path] as const);
  const files = [...extensions.files].map(
    ([name, path]) => [join(tree, 'bref/extensions', `${name}.so`), path] as const,
  );
  const { libraries, missing } = await collectLibraries(
    [...programs, ...files].map(([, path]) => path),
    await indexLibraries(php.libraryFolders),
  );
  const isOwn = (soname: string) => pins.ownGlibc || !systemLibraries.test(soname);
  const lost = [...missing].filter(isOwn);
  if (lost.length > 0) {
    throw new ActionError(
      `The archives of ${pins.name} lack the libraries ${lost.join(', ')}. Add their packages to "packages", and run pin.ts.`,
    );
  }
  const own = [...libraries].filter(([soname]) => isOwn(soname));
  return {
    programs,
    extensions: files,
    libraries: own.map(([soname, path]) => [join(tree, 'lib', soname), path] as const),
  };
}

/** Lets programs find their libraries, ini files and time zones in the layer. */
async function relocatePrograms(
  tree: string,
  programs: Copies,
  { ownGlibc }: Pins,
  { run, patchelf }: TreeTools,
): Promise<void> {
  const iniPaths = 'libini-paths.so';
  await run([
    'cc',
    ...['-O1', '-shared', '-fPIC', '-nostdlib', '-s', `-Wl,-soname,${iniPaths}`],
    ...['-o', join(tree, 'lib', iniPaths), join(import.meta.dirname, 'ini-paths.c')],
  ]);
  for (const [path] of programs) {
    // Distributions change PHP to read the OS's time zones, which Lambda does not have.
    await replaceText(path, '/usr/share/zoneinfo', '/opt/share/zoneinfo');
    await run([
      patchelf,
      ...(ownGlibc ? ['--set-interpreter', '/opt/lib/ld-linux-x86-64.so.2'] : []),
      ...['--add-needed', iniPaths, '--force-rpath', '--set-rpath', '$ORIGIN/../lib', path],
    ]);
  }
}

/** Removes search paths of extensions and libraries, so that the DT_RPATH of the program applies to them. */
async function dropSearchPaths(paths: readonly string[], { run, patchelf }: TreeTools): Promise<void> {
  for (const path of paths) {
    const { rpath, runpath } = parseElf(await readFile(path));
    if (rpath !== undefined || runpath !== undefined) await run([patchelf, '--remove-rpath', path]);
  }
}
