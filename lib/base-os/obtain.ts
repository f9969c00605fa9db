import { findBuilder, readsEngineImages, requireEngineImages } from '#lib/docker/builder.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { Stopped } from '#lib/node/signals.ts';
import { chooseCompilation, chooseCompilerCpu } from './compilation.ts';
import { makeDebianImage } from './debian-image.ts';
import { findEngineImage } from './engine-images.ts';
import type { IdentifyOptions } from './identify.ts';
import type { BaseOsIdentity, BaseOsImage } from './image.ts';
import { autoBaseOs, type BaseOs, type BaseOsChoice, baseOsImage, baseOsProperties } from './names.ts';
import { writeImageRecord } from './records.ts';
import { type PullOptions, pullImage } from './registry.ts';

export interface ObtainOptions extends IdentifyOptions, Pick<PullOptions, 'log' | 'signal' | 'wait'> {
  /** Name of the buildx builder, which must be able to read a locally made image; undefined: buildx's current one. */
  readonly builder: string | undefined;
  /** Whether to pull an image of a registry even if the engine has it. */
  readonly alwaysPull?: boolean;
}

/**
 * Returns a base OS whose image is in the engine. A missing image is pulled or made. With `alwaysPull`, an existing image
 * of a registry is used only if the pull fails.
 *
 * @throws NoBaseOsError if the choice is `auto` and neither base OS is available
 */
export async function obtainBaseOs(
  choice: BaseOsChoice,
  cpu: Cpu,
  options: ObtainOptions,
): Promise<BaseOsIdentity> {
  if (choice !== 'auto') return obtain(choice, cpu, options);
  const { log } = options;
  const { preferred, fallback } = autoBaseOs;
  try {
    const identity = await obtain(preferred, cpu, options, true);
    log.info(`Base OS: ${preferred} (${identity.image}).`);
    return identity;
  } catch (error) {
    if (error instanceof Stopped) throw error;
    log.info(`Base OS: ${fallback}, because the image of ${preferred} is not available here.`);
    log.debug(describeError(error));
    return await obtain(fallback, cpu, options).catch((fallbackError) => {
      if (fallbackError instanceof Stopped) throw fallbackError;
      throw new NoBaseOsError(error, fallbackError);
    });
  }
}

/** Reports the failures of both base OSes. The first may be temporary, such as a registry's rate limit. */
export class NoBaseOsError extends ActionError {
  constructor(preferredError: unknown, fallbackError: unknown) {
    // The message contains both errors. A `cause` would print one of them again.
    super(
      'No base OS is available.\n' +
        `${autoBaseOs.preferred}: ${describeError(preferredError)}\n` +
        `${autoBaseOs.fallback}: ${describeError(fallbackError)}`,
    );
  }
}

async function obtain(
  baseOs: BaseOs,
  cpu: Cpu,
  options: ObtainOptions,
  hasFallback = false,
): Promise<BaseOsIdentity> {
  const { docker, run, nativeCpus } = options;
  const builder = await findBuilder(options.builder, docker, run);
  if (baseOsProperties[baseOs].source.kind === 'mmdebstrap') {
    requireEngineImages(baseOsImage(baseOs, cpu), builder, options.builder);
  }
  const compilation = chooseCompilation(baseOs, cpu, nativeCpus);
  const compilerCpu = chooseCompilerCpu(compilation, cpu, nativeCpus);
  // A builder that cannot see the engine's images pulls from the registry, where the tag may have moved in the
  // meantime. The digest makes it pull the same image.
  const pin = (image: BaseOsImage): BaseOsImage =>
    readsEngineImages(builder) || image.digest === undefined
      ? image
      : { ...image, image: `${image.image}@${image.digest}` };
  const obtainFor = async (imageCpu: Cpu) => pin(await obtainImage(baseOs, imageCpu, options, hasFallback));
  const image = await obtainFor(cpu);
  const buildImage = compilerCpu === cpu ? image : await obtainFor(compilerCpu);
  return { ...image, baseOs, compilation, buildImage: { ...buildImage, cpu: compilerCpu } };
}

async function obtainImage(
  baseOs: BaseOs,
  cpu: Cpu,
  options: ObtainOptions,
  hasFallback: boolean,
): Promise<BaseOsImage> {
  const { log, recordFolder } = options;
  const { source } = baseOsProperties[baseOs];
  const image = options.baseImage ?? baseOsImage(baseOs, cpu);
  const present = await findEngineImage(image, options);
  if (source.kind === 'registry' && (present === undefined || options.alwaysPull)) {
    const pullOptions = { ...options, hasFallback: hasFallback || present !== undefined };
    await pullImage(image, cpu, pullOptions).catch((error) => {
      if (present === undefined || error instanceof Stopped) throw error;
      log.warning(`${image} could not be pulled. Using the engine's copy. ${describeError(error)}`);
    });
  } else if (source.kind === 'mmdebstrap' && present === undefined) {
    await makeDebianImage(image, cpu, source, options);
  }
  const obtained = await findEngineImage(image, options);
  if (obtained === undefined) {
    throw new ActionError(
      `The engine does not have ${image}, although it was just pulled or made. Build again.`,
    );
  }
  await writeImageRecord(image, obtained.id, recordFolder);
  return obtained;
}
