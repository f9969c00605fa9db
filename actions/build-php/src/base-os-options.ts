import { join } from 'node:path';
import type { ObtainOptions } from '#lib/base-os/obtain.ts';
import { findNativeCpus } from '#lib/docker/builder.ts';
import type { Dependencies } from './dependencies.ts';
import type { Inputs } from './inputs.ts';

/** @param docker the docker program */
export async function toBaseOsOptions(
  { builder, cpu, cache, baseImage }: Pick<Inputs, 'builder' | 'cpu' | 'cache' | 'baseImage'>,
  docker: string,
  { run, log, signal, cacheFolder }: Pick<Dependencies, 'run' | 'log' | 'signal' | 'cacheFolder'>,
): Promise<ObtainOptions> {
  return {
    run,
    log,
    signal,
    docker,
    builder,
    baseImage,
    recordFolder: join(cacheFolder, 'bases'),
    nativeCpus: await findNativeCpus({ builder, cpu }, docker, run),
    alwaysPull: !cache,
  };
}
