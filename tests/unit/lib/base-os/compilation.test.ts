import { expect, test } from 'vitest';
import { type Compilation, chooseCompilation, chooseCompilerCpu } from '#lib/base-os/compilation.ts';
import type { BaseOs } from '#lib/base-os/names.ts';
import type { Cpu } from '#lib/layer/cpu.ts';

test.each<[BaseOs, Cpu, readonly Cpu[], Compilation, Cpu]>([
  ['debian-12', 'x86', ['x86'], 'native', 'x86'],
  ['debian-12', 'arm', ['x86'], 'cross', 'x86'],
  ['debian-12', 'x86', ['arm'], 'cross', 'arm'],
  ['debian-12', 'arm', [], 'emulated', 'arm'],
  ['al2023', 'arm', ['arm'], 'native', 'arm'],
  ['al2023', 'arm', ['x86'], 'emulated', 'arm'],
  ['al2023', 'x86', ['arm'], 'emulated', 'x86'],
  ['al2023', 'arm', ['x86', 'arm'], 'native', 'arm'],
])(
  'on %s for %s with native CPUs %j, the compilation is %s and the compilers run on %s',
  (baseOs, cpu, nativeCpus, compilation, compilerCpu) => {
    expect(chooseCompilation(baseOs, cpu, nativeCpus)).toBe(compilation);
    expect(chooseCompilerCpu(compilation, cpu, nativeCpus)).toBe(compilerCpu);
  },
);
