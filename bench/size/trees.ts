import { join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import { type BakeTarget, toBakeDefinition } from '../../actions/build-php/src/bake-definition.ts';
import type { BuildPlan } from '../../actions/build-php/src/plan-build.ts';
import { type BuildOptions, prepareBuild } from '../prepare-build.ts';

/**
 * Builds our trees and the baseline's from the same base OS, sources and configure flags, to `ours/<tree>` and
 * `baseline/<tree>` in `folder`. BuildKit's cache provides everything that has not changed.
 */
export async function buildTrees(
  options: BuildOptions,
  folder: string,
  dependencies: { readonly run: Run; readonly log: Logger },
): Promise<void> {
  const { docker, plan } = await prepareBuild(options, folder, dependencies);
  const definition = JSON.stringify(withBaseline(plan, join(folder, 'ours'), join(folder, 'baseline')));
  // One target at a time: in parallel, each would compile the stages that the other has not finished.
  for (const target of ['trees', 'baseline']) {
    await dependencies.run([docker, 'buildx', 'bake', '--progress', 'plain', '--file', '-', target], {
      input: definition,
      show: true,
    });
  }
}

interface BakeDefinition {
  readonly target: Readonly<Record<'toolchain' | 'php' | 'trees', Readonly<Record<string, unknown>>>>;
}

/** Adds the baseline to the bake definition of a build. The build's stages are contexts of the baseline's Dockerfile. */
function withBaseline(plan: BuildPlan, ours: string, destination: string): object {
  const wanted: readonly BakeTarget[] = [{ kind: 'trees', folder: ours }];
  const { trees, ...linked } = (toBakeDefinition(plan, wanted) as BakeDefinition).target;
  const stages = ['packages', 'php-source', 'build-environment'];
  const stageTargets = stages.map((stage) => [
    stage,
    { ...trees, target: stage, output: ['type=cacheonly'] },
  ]);
  const baseline = {
    context: import.meta.dirname,
    contexts: {
      ...Object.fromEntries(stages.map((stage) => [stage, `target:${stage}`])),
      sources: plan.contexts.sources,
      runtime: plan.contexts.runtime,
    },
    platforms: trees.platforms,
    target: 'trees',
    output: [`type=local,dest=${destination}`],
  };
  return { target: { ...linked, trees, ...Object.fromEntries(stageTargets), baseline } };
}
