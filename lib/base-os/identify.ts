import type { Cpu } from '#lib/layer/cpu.ts';
import { chooseCompilation, chooseCompilerCpu } from './compilation.ts';
import { type EngineClient, findEngineImage } from './engine-images.ts';
import type { BaseOsIdentity, BaseOsImage } from './image.ts';
import { autoBaseOs, type BaseOs, type BaseOsChoice, baseOsImage, baseOsProperties } from './names.ts';
import { readImageRecord } from './records.ts';
import { findRegistryDigest } from './registry.ts';

export interface IdentifyOptions extends EngineClient {
  /** Folder that remembers the identifiers of images between builds. */
  readonly recordFolder: string;
  /** CPUs that can be built for without emulation. */
  readonly nativeCpus: readonly Cpu[];
  /** Image that replaces the base OS's own. */
  readonly baseImage?: string | undefined;
}

/**
 * Returns the base OS that a build would use. Takes a second, because it pulls and makes nothing. Without a running
 * engine, it uses the records of earlier builds. Returns undefined if the base OS is not known; `obtainBaseOs` can then
 * pull or make the image.
 */
export async function identifyBaseOs(
  choice: BaseOsChoice,
  cpu: Cpu,
  options: IdentifyOptions,
): Promise<BaseOsIdentity | undefined> {
  const { nativeCpus } = options;
  for (const baseOs of choice === 'auto' ? [autoBaseOs.preferred, autoBaseOs.fallback] : [choice]) {
    const compilation = chooseCompilation(baseOs, cpu, nativeCpus);
    const compilerCpu = chooseCompilerCpu(compilation, cpu, nativeCpus);
    const image = await identifyImage(baseOs, cpu, options);
    if (image === undefined) continue;
    const buildImage = compilerCpu === cpu ? image : await identifyImage(baseOs, compilerCpu, options);
    return buildImage && { ...image, baseOs, compilation, buildImage: { ...buildImage, cpu: compilerCpu } };
  }
  return undefined;
}

async function identifyImage(
  baseOs: BaseOs,
  cpu: Cpu,
  options: IdentifyOptions,
): Promise<Pick<BaseOsImage, 'image' | 'id'> | undefined> {
  const image = options.baseImage ?? baseOsImage(baseOs, cpu);
  const id =
    (await findEngineImage(image, options))?.id ??
    (baseOsProperties[baseOs].source.kind === 'registry'
      ? await findRegistryDigest(image, options)
      : undefined) ??
    (await readImageRecord(image, options.recordFolder));
  return id === undefined ? undefined : { image, id };
}
