import { existsSync } from 'node:fs';
import { copyFile, cp, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import { toBakeDefinition } from '../../actions/build-php/src/bake/bake.ts';
import { type BuildOptions, prepareBuild } from '../prepare-build.ts';
import type { Variant } from './variants.ts';

interface BakeDefinition {
  readonly target: Readonly<
    Record<'toolchain' | 'php' | 'trained-profile', Readonly<Record<string, unknown>>>
  >;
}

/** What the programs are run in. */
export interface Programs {
  readonly docker: string;
  readonly baseImage: string;
  /** Holds `ours` and `<index of the variant>`, each with `{bin,lib,bref}`. */
  readonly phps: string;
  /** The PHP libraries that workloads use. */
  readonly libraries: string;
}

/**
 * Compiles every variant from the source, libraries and configure flags of a built layer tree, and puts each beside the
 * tree's own libraries. What has not changed comes from BuildKit's cache.
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
      base: `docker-image://${plan.baseImage}`,
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
  // One after the other: two compilers at once would need the memory of both, and be no faster.
  for (const target of ['libraries', ...targets.map(([name]) => name)]) {
    await run([docker, 'buildx', 'bake', '--progress', 'plain', '--file', '-', String(target)], {
      input: JSON.stringify(definition),
      show: true,
    });
  }
  const copy = (part: string, php: string, filter: (path: string) => boolean = () => true) =>
    cp(join(tree, part), join(phps, php, part), { recursive: true, verbatimSymlinks: true, filter });
  // What they share with ours are the libraries of others.
  for (const index of variants.keys())
    await copy('lib', String(index), (path) => basename(path) !== 'libphp.so');
  for (const part of ['bin', 'lib', 'bref']) await copy(part, 'ours');
  return { docker, baseImage: plan.baseImage, phps, libraries };
}

/** What PHP itself is: the program, and the library that it shares with php-fpm where it does. */
export function listOwnFiles(php: string): readonly string[] {
  return ['bin/php', 'lib/libphp.so'].map((name) => join(php, name)).filter(existsSync);
}

/**
 * Writes each PHP anew. Where the kernel happens to have the pages of a file makes as much as 2 % of its time: the same
 * bytes, twice on the disk, were that far apart in every round. So the place is drawn again for each.
 */
export async function rewritePhps(phps: string): Promise<void> {
  for (const php of await readdir(phps)) {
    for (const path of listOwnFiles(join(phps, php))) {
      await copyFile(path, `${path}.new`);
      await rename(`${path}.new`, path);
    }
  }
}
