import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { obtainBase } from '#lib/base-os/base-os.ts';
import type { BaseOsChoice } from '#lib/base-os/names.ts';
import { findBuilderCpus } from '#lib/docker/builder.ts';
import { findDocker } from '#lib/docker/client.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import { openDebianArchive } from '#lib/sources/debian-source.ts';
import { download } from '#lib/sources/download.ts';
import { fetchSources, layOutSources } from '#lib/sources/fetch.ts';
import { readSources } from '#lib/sources/sources.ts';
import type { BuildPlan } from '../actions/build-php/src/bake/bake.ts';
import { contextFolders } from '../actions/build-php/src/plan-build.ts';

const suite = join(import.meta.dirname, '..');

export interface BuildOptions {
  readonly phpVersion: string;
  readonly cpu: Cpu;
  readonly base: BaseOsChoice;
  /** What build-php's training taught (its output `trained-profile`); undefined: optimised without, as `quick`. */
  readonly trainedProfile: string | undefined;
}

/** What build-php would build, with its archives laid out in `folder`, for benchmarks that add targets of their own. */
export async function prepareBuild(
  options: BuildOptions,
  folder: string,
  { run, log }: { readonly run: Run; readonly log: Logger },
): Promise<{ readonly docker: string; readonly plan: BuildPlan }> {
  const context = join(suite, `php-${options.phpVersion}`);
  await using debian = openDebianArchive(run);
  const artifacts = (await readSources(join(context, 'sources.json'))).filter(({ use }) => use === 'layers');
  const sources = await fetchSources(artifacts, join(suite, '.cache/sources'), {
    debian,
    log,
    download: (url, path) => download(url, path, log),
  });
  await layOutSources(sources, join(folder, 'sources'));
  await mkdir(join(folder, 'ini-files'), { recursive: true });
  await mkdir(join(folder, 'no-profile'), { recursive: true });
  const docker = await findDocker(run);
  const base = await obtainBase(options.base, options.cpu, {
    run,
    log,
    docker,
    builder: undefined,
    records: join(suite, '.cache/bases'),
    hosts: await findBuilderCpus({ builder: undefined, cpu: options.cpu }, docker, run),
  });
  const plan: BuildPlan = {
    cpu: options.cpu,
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
      profile: options.trainedProfile ?? join(folder, 'no-profile'),
    },
  };
  return { docker, plan };
}
