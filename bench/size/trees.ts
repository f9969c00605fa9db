import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BakeTarget, type BuildPlan, toBakeDefinition } from '../../actions/build-php/src/bake/bake.ts';
import { findBuilderCpus } from '../../actions/build-php/src/bake/builder.ts';
import { type BaseChoice, obtainBase } from '../../actions/build-php/src/base.ts';
import { chooseProfile } from '../../actions/build-php/src/compilation.ts';
import type { Profile } from '../../actions/build-php/src/inputs.ts';
import { contextFolders } from '../../actions/build-php/src/plan.ts';
import { openDebianArchive } from '../../actions/build-php/src/sources/debian-source.ts';
import { download } from '../../actions/build-php/src/sources/download.ts';
import { fetchSources, layOutSources } from '../../actions/build-php/src/sources/fetch.ts';
import { readSources } from '../../actions/build-php/src/sources/sources.ts';
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
  const artifacts = (await readSources(join(context, 'sources.json'))).filter(({ use }) => use === 'layers');
  const sources = await fetchSources(artifacts, join(suite, '.cache/sources'), {
    debian,
    log,
    download: (url, path) => download(url, path, log),
  });
  await layOutSources(sources, join(folder, 'sources'));
  const docker = await findDocker(run);
  const base = await obtainBase(options.base, options.cpu, {
    run,
    log,
    docker,
    records: join(suite, '.cache/bases'),
    hosts: await findBuilderCpus({ builder: undefined, cpu: options.cpu }, docker, run),
  });
  const plan: BuildPlan = {
    ...options,
    profile: chooseProfile(options.profile, base.compilation),
    configureFlags: [],
    peclExtensions: artifacts.filter(({ feed }) => feed === 'pecl').map(({ name }) => name),
    cache: true,
    folder: context,
    dockerfile: join(suite, 'php/Dockerfile'),
    baseImage: base.image,
    build: base.build,
    contexts: {
      ...contextFolders(suite, base),
      sources: join(folder, 'sources'),
      'ini-files': join(folder, 'ini-files'),
    },
  };
  await mkdir(join(folder, 'ini-files'), { recursive: true });
  const definition = JSON.stringify(withBaseline(plan, join(folder, 'ours'), join(folder, 'baseline')));
  // One after the other: side by side, either would compile for itself what the other has not finished.
  for (const target of ['trees', 'baseline']) {
    await run([docker, 'buildx', 'bake', '--progress', 'plain', '--file', '-', target], {
      input: definition,
      show: true,
    });
  }
}

interface BakeDefinition {
  readonly target: Readonly<Record<'toolchain' | 'php' | 'trees', Readonly<Record<string, unknown>>>>;
}

/** The bake of a build with the baseline added; its stages are contexts of the baseline's Dockerfile. */
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
      'layers-files': plan.contexts['layers-files'],
    },
    platforms: trees.platforms,
    target: 'trees',
    output: [`type=local,dest=${destination}`],
  };
  return { target: { ...linked, trees, ...Object.fromEntries(stageTargets), baseline } };
}
