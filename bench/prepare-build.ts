import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseOsChoice } from '#lib/base-os/names.ts';
import { obtainBaseOs } from '#lib/base-os/obtain.ts';
import { findNativeCpus } from '#lib/docker/builder.ts';
import { findDocker } from '#lib/docker/client.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import { openDebianArchive } from '#lib/sources/debian-source.ts';
import { download } from '#lib/sources/download.ts';
import { fetchSources, layOutSources } from '#lib/sources/fetch.ts';
import { readSources } from '#lib/sources/sources.ts';
import { type BuildPlan, suiteContexts } from '../actions/build-php/src/plan-build.ts';
import { listPeclExtensions } from '../actions/build-php/src/request.ts';

const suiteFolder = join(import.meta.dirname, '..');

export interface BuildOptions {
  readonly phpVersion: string;
  readonly cpu: Cpu;
  readonly baseOs: BaseOsChoice;
  /** Folder with a PGO profile, from build-php's output `trained-profile`. Undefined: a build without one, like `quick`. */
  readonly pgoProfile: string | undefined;
}

/** Plans a build like build-php's, with its archives in `folder`, for benchmarks that add targets of their own. */
export async function prepareBuild(
  options: BuildOptions,
  folder: string,
  { run, log }: { readonly run: Run; readonly log: Logger },
): Promise<{ readonly docker: string; readonly plan: BuildPlan }> {
  const versionFolder = join(suiteFolder, `php-${options.phpVersion}`);
  await using debian = openDebianArchive(run);
  const pinned = await readSources(join(versionFolder, 'sources.json'));
  const artifacts = pinned.filter(({ use }) => use === 'layers');
  const sources = await fetchSources(artifacts, join(suiteFolder, '.cache/sources'), {
    debian,
    log,
    download: (url, path) => download(url, path, log),
  });
  await layOutSources(sources, join(folder, 'sources'));
  await mkdir(join(folder, 'ini-files'), { recursive: true });
  await mkdir(join(folder, 'no-profile'), { recursive: true });
  const docker = await findDocker(run);
  const baseOs = await obtainBaseOs(options.baseOs, options.cpu, {
    run,
    log,
    docker,
    builder: undefined,
    recordFolder: join(suiteFolder, '.cache/bases'),
    nativeCpus: await findNativeCpus({ builder: undefined, cpu: options.cpu }, docker, run),
  });
  const plan: BuildPlan = {
    cpu: options.cpu,
    configureFlags: [],
    peclExtensions: listPeclExtensions(artifacts),
    useCache: true,
    versionFolder,
    dockerfile: join(suiteFolder, 'php/Dockerfile'),
    baseOsImage: baseOs.image,
    buildImage: baseOs.buildImage,
    contexts: {
      ...suiteContexts(suiteFolder, baseOs.baseOs),
      sources: join(folder, 'sources'),
      'ini-files': join(folder, 'ini-files'),
      profile: options.pgoProfile ?? join(folder, 'no-profile'),
    },
  };
  return { docker, plan };
}
