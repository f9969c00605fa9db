import { join } from 'node:path';
import { type BuildPlan, toBakeDefinition } from '../../actions/build-php/src/bake.ts';
import { type BaseChoice, obtainBase } from '../../actions/build-php/src/base.ts';
import { openDebianArchive } from '../../actions/build-php/src/debian-source.ts';
import { download } from '../../actions/build-php/src/download.ts';
import { fetchSources, layOutSources } from '../../actions/build-php/src/fetch.ts';
import type { Profile } from '../../actions/build-php/src/inputs.ts';
import { contextFolders } from '../../actions/build-php/src/run.ts';
import { readSources } from '../../actions/build-php/src/sources.ts';
import type { Run } from '../../actions/shared/command.ts';
import type { Cpu } from '../../actions/shared/cpu.ts';
import { findDocker } from '../../actions/shared/docker.ts';
import type { Logger } from '../../actions/shared/logger.ts';

const suite = join(import.meta.dirname, '../..');

export interface TreeOptions {
  readonly phpVersion: string;
  readonly cpu: Cpu;
  readonly base: BaseChoice;
  readonly profile: Profile;
}

/**
 * Builds our trees and the baseline's: same base, sources and configure flags, each compile from BuildKit's cache where
 * nothing has changed. Under `folder`: `ours/<tree>` and `baseline/<tree>`.
 */
export async function buildTrees(
  options: TreeOptions,
  folder: string,
  { run, log }: { readonly run: Run; readonly log: Logger },
): Promise<void> {
  const context = join(suite, `php-${options.phpVersion}`);
  await using debian = openDebianArchive(run);
  const sources = await fetchSources(
    await readSources(join(context, 'sources.json')),
    join(suite, '.cache/sources'),
    { debian, log, download: (url, path) => download(url, path, log) },
  );
  await layOutSources(sources, join(folder, 'sources'));
  const docker = await findDocker(run);
  const base = await obtainBase(options.base, options.cpu, { run, log, docker });
  const plan: BuildPlan = {
    ...options,
    configureFlags: '',
    cache: true,
    context,
    baseImage: base.image,
    contexts: { ...contextFolders(suite, base), sources: join(folder, 'sources') },
    trees: join(folder, 'ours'),
    digest: '',
  };
  const { trees } = (toBakeDefinition(plan) as BakeDefinition).target;
  // One after the other: side by side, either would compile for itself what the other has not finished.
  for (const target of [{ trees }, toBaseline(plan, trees, join(folder, 'baseline'))]) {
    await run(
      [docker, 'buildx', 'bake', '--progress', 'plain', '--file', '-', Object.keys(target)[0] ?? ''],
      {
        input: JSON.stringify({ target }),
        show: true,
      },
    );
  }
}

type Target = Readonly<Record<string, unknown>>;

interface BakeDefinition {
  readonly target: { readonly trees: Target };
}

/** The baseline, and as contexts of its Dockerfile the stages of ours that it begins with. */
function toBaseline(plan: BuildPlan, ours: Target, destination: string): Readonly<Record<string, Target>> {
  const stages = ['packages', 'php-source', 'build-environment'];
  const baseline = {
    context: import.meta.dirname,
    contexts: {
      ...Object.fromEntries(stages.map((stage) => [stage, `target:${stage}`])),
      sources: plan.contexts.sources,
      'layers-files': plan.contexts['layers-files'],
    },
    platforms: ours.platforms,
    target: 'trees',
    output: [`type=local,dest=${destination}`],
  };
  const contexts = stages.map((stage) => [stage, { ...ours, target: stage, output: ['type=cacheonly'] }]);
  return { baseline, ...Object.fromEntries(contexts) };
}
