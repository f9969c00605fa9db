import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toBakeDefinition } from '../../actions/build-php/src/bake/bake.ts';
import type { Run } from '../../actions/shared/command.ts';
import type { Logger } from '../../actions/shared/logger.ts';
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
  /** Holds `<index of the variant>/{bin,lib,bref}`. */
  readonly variants: string;
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
    },
    platforms: trained.platforms,
  };
  const output = join(folder, 'variants');
  const targets = variants.map(({ compiler, cflags, ldflags }, index) => [
    `variant-${index}`,
    {
      ...common,
      target: 'variant',
      args: { COMPILER: compiler, CFLAGS: cflags, LDFLAGS: ldflags },
      output: [`type=local,dest=${join(output, String(index))}`],
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
  for (const index of variants.keys()) {
    await cp(join(tree, 'lib'), join(output, String(index), 'lib'), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  // Where the tree itself is mounted.
  await mkdir(join(output, 'ours'), { recursive: true });
  return { docker, baseImage: plan.baseImage, variants: output, libraries };
}
