import type { Cpu } from '#lib/layer/cpu.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { Inputs, Profile } from '../../actions/build-php/src/inputs.ts';
import type { BaseOs } from './names.ts';

/**
 * How PHP is compiled for a CPU. `native`: on a machine of that CPU. `cross`: by compilers of the machine's own CPU, at its
 * speed; QEMU runs what they made where the build needs it. `emulated`: QEMU runs the compilers too, at a tenth of the
 * speed.
 */
export type Compilation = 'native' | 'cross' | 'emulated';

/**
 * Only Debian has compilers and libraries for another CPU beside those of the system's own (multiarch).
 *
 * @param hosts the CPUs that can be built for without emulation
 */
export function chooseCompilation(base: BaseOs, cpu: Cpu, hosts: readonly Cpu[]): Compilation {
  if (hosts.includes(cpu)) return 'native';
  return base === 'debian-12' && hosts.length > 0 ? 'cross' : 'emulated';
}

/** Under emulation, compiling twice with the training between would take a day's work. */
export function chooseProfile(wanted: Profile, compilation: Compilation): Profile {
  return compilation === 'emulated' ? 'quick' : wanted;
}

/** Says what a user should know before the minutes that it takes. */
export function announceCompilation(
  compilation: Compilation,
  { cpu, profile }: Pick<Inputs, 'cpu' | 'profile'>,
  log: Logger,
): void {
  if (compilation === 'cross') {
    log.info(
      `PHP is cross-compiled for ${cpu} at this machine's speed; QEMU runs what the build needs of it.`,
    );
  }
  if (compilation === 'emulated') {
    const consequence =
      chooseProfile(profile, compilation) === profile
        ? ''
        : ` Hence its profile is quick, not ${profile}, and the layers may not be published.`;
    log.warning(
      `PHP is compiled for ${cpu} under emulation, ten times slower than on a machine of that CPU.${consequence}`,
    );
  }
}
