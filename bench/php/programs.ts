import { existsSync } from 'node:fs';
import { copyFile, cp, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import { toBakeDefinition } from '../../actions/build-php/src/bake-definition.ts';
import { type BuildOptions, prepareBuild } from '../prepare-build.ts';
import type { Variant } from './variants.ts';

interface BakeDefinition {
  readonly target: Readonly<
    Record<'toolchain' | 'php' | 'trained-profile', Readonly<Record<string, unknown>>>
  >;
}

/** The programs under test and their surroundings. */
export interface Programs {
  readonly docker: string;
  readonly baseImage: string;
  /** Folder with `ours` and `<index of the variant>`, each with `{bin,lib,bref}`. */
  readonly phps: string;
  /** Folder with the PHP libraries that workloads use. */
  readonly libraries: string;
}

/**
 * Compiles every variant from the source, libraries and configure flags of a built layer tree, and adds the tree's own
 * libraries to each. BuildKit's cache provides the variants that have not changed.
 */
export async function compileVariants(
  variants: readonly Variant[],
  tree: string,
  options: BuildOptions,
  folder: string,
  { run, log }: { readonly run: Run; readonly log: Logger },
): Promise<Programs> {
  const { docker, plan } = await prepareBuild(options, folder, { run, log });
  const { 'trained-profile': trained, ...linked } = (
    toBakeDefinition(plan, [{ kind: 'trained-profile', folder: '' }]) as BakeDefinition
  ).target;
  const common = {
    context: import.meta.dirname,
    contexts: {
      base: `docker-image://${plan.baseOsImage}`,
      'php-source': 'target:php-source',
      profile: plan.contexts.profile,
      training: plan.contexts.training,
    },
    platforms: trained.platforms,
  };
  const phps = join(folder, 'phps');
  const targets = variants.map(({ compiler, cflags, ldflags, trainedCflags = '' }, index) => [
    `variant-${index}`,
    {
      ...common,
      target: 'variant',
      args: { COMPILER: compiler, CFLAGS: cflags, LDFLAGS: ldflags, TRAINED_CFLAGS: trainedCflags },
      output: [`type=local,dest=${join(phps, String(index))}`],
    },
  ]);
  const libraries = join(folder, 'libraries');
  const definition = {
    target: {
      ...linked,
      'php-source': { ...trained, target: 'php-source', output: ['type=cacheonly'] },
      libraries: { ...common, target: 'libraries', output: [`type=local,dest=${libraries}`] },
      ...Object.fromEntries(targets),
    },
  };
  // One target at a time: two compilers at once would need twice the memory and would not be faster.
  for (const target of ['libraries', ...targets.map(([name]) => name)]) {
    await run([docker, 'buildx', 'bake', '--progress', 'plain', '--file', '-', String(target)], {
      input: JSON.stringify(definition),
      show: true,
    });
  }
  const copy = (part: string, php: string, filter: (path: string) => boolean = () => true) =>
    cp(join(tree, part), join(phps, php, part), { recursive: true, verbatimSymlinks: true, filter });
  // The variants use the tree's libraries, except PHP's own.
  for (const index of variants.keys())
    await copy('lib', String(index), (path) => basename(path) !== 'libphp.so');
  for (const part of ['bin', 'lib', 'bref']) await copy(part, 'ours');
  return { docker, baseImage: plan.baseOsImage, phps, libraries };
}

/** Returns PHP's own files: the program and, if it exists, the library that it shares with php-fpm. */
export function listOwnFiles(php: string): readonly string[] {
  return ['bin/php', 'lib/libphp.so'].map((name) => join(php, name)).filter(existsSync);
}

/**
 * Rewrites the files of each PHP, so that the kernel puts their pages at other places in memory. The place changes the
 * run time by up to 2 %: without this, two copies of the same bytes differed by that much in every round.
 */
export async function rewritePhps(phps: string): Promise<void> {
  for (const php of await readdir(phps)) {
    for (const path of listOwnFiles(join(phps, php))) {
      await copyFile(path, `${path}.new`);
      await rename(`${path}.new`, path);
    }
  }
}
