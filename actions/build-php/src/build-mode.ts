import type { Compilation } from '#lib/base-os/compilation.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import type { Logger } from '#lib/node/logger.ts';

/**
 * Values of the input `profile`. `quick` compiles once with `-O2`, for iterating. `release` adds profile-guided
 * optimization, and only its layers can be published.
 */
export const buildModes = ['quick', 'release'] as const;
export type BuildMode = (typeof buildModes)[number];

/**
 * Returns the wanted mode, but always `quick` under emulation: two compilations with a training run between them would
 * take most of a day.
 */
export function chooseBuildMode(wanted: BuildMode, compilation: Compilation): BuildMode {
  return compilation === 'emulated' ? 'quick' : wanted;
}

/** Logs the consequences of a compilation for another CPU. */
export function announceCompilation(
  compilation: Compilation,
  { cpu, buildMode }: { readonly cpu: Cpu; readonly buildMode: BuildMode },
  log: Logger,
): void {
  if (compilation === 'cross') {
    log.info(
      `PHP is cross-compiled for ${cpu} at this machine's speed. QEMU runs the compiled programs that the build needs.`,
    );
  }
  if (compilation === 'emulated') {
    const consequence =
      chooseBuildMode(buildMode, compilation) === buildMode
        ? ''
        : ` The build mode is therefore quick instead of ${buildMode}, and the layers cannot be published.`;
    log.warning(
      `PHP is compiled for ${cpu} under emulation, ten times slower than on a machine of that CPU.${consequence}`,
    );
  }
}
