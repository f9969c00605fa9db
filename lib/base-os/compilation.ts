import type { Cpu } from '#lib/layer/cpu.ts';
import { type BaseOs, baseOsProperties } from './names.ts';

/**
 * The way PHP is compiled for a CPU.
 * - `native`: on a machine of that CPU.
 * - `cross`: by compilers of the machine's own CPU, at full speed. QEMU runs the compiled programs that the build needs.
 * - `emulated`: QEMU runs the compilers too, at a tenth of the speed.
 */
export type Compilation = 'native' | 'cross' | 'emulated';

/**
 * Returns the way to compile PHP. Debian can cross-compile: it installs compilers and libraries for another CPU beside its
 * own (multiarch).
 *
 * @param nativeCpus CPUs that can be built for without emulation
 */
export function chooseCompilation(baseOs: BaseOs, cpu: Cpu, nativeCpus: readonly Cpu[]): Compilation {
  if (nativeCpus.includes(cpu)) return 'native';
  return baseOsProperties[baseOs].canCrossCompile && nativeCpus.length > 0 ? 'cross' : 'emulated';
}

/** Returns the CPU that the compilers are made for. */
export function chooseCompilerCpu(compilation: Compilation, cpu: Cpu, nativeCpus: readonly Cpu[]): Cpu {
  const [native = cpu] = nativeCpus;
  return compilation === 'cross' ? native : cpu;
}
