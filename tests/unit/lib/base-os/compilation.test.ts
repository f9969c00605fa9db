import { expect, test } from 'vitest';
import {
  announceCompilation,
  type Compilation,
  chooseCompilation,
  chooseProfile,
} from '#lib/base-os/compilation.ts';
import type { BaseOs } from '#lib/base-os/names.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import { silentLogger } from '../../../helpers/silent-logger.ts';

test.each<[BaseOs, Cpu, readonly Cpu[], Compilation]>([
  ['debian-12', 'x86', ['x86'], 'native'],
  ['debian-12', 'arm', ['x86'], 'cross'],
  ['debian-12', 'x86', ['arm'], 'cross'],
  ['debian-12', 'arm', [], 'emulated'],
  ['al2023', 'arm', ['arm'], 'native'],
  ['al2023', 'arm', ['x86'], 'emulated'],
  ['al2023', 'x86', ['arm'], 'emulated'],
  ['al2023', 'arm', ['x86', 'arm'], 'native'],
])('on %s for %s with machines of %j, PHP is compiled %s', (base, cpu, hosts, compilation) => {
  expect(chooseCompilation(base, cpu, hosts)).toBe(compilation);
});

test.each(['native', 'cross'] as const)('what is wanted is built where it is compiled %s', (compilation) => {
  expect(chooseProfile('release', compilation)).toBe('release');
  expect(chooseProfile('quick', compilation)).toBe('quick');
});

test.each([
  ['native', 'release', []],
  [
    'cross',
    'release',
    ["PHP is cross-compiled for arm at this machine's speed; QEMU runs what the build needs of it."],
  ],
  [
    'emulated',
    'quick',
    ['warning: PHP is compiled for arm under emulation, ten times slower than on a machine of that CPU.'],
  ],
  [
    'emulated',
    'release',
    [
      'warning: PHP is compiled for arm under emulation, ten times slower than on a machine of that CPU. ' +
        'Hence its profile is quick, not release, and the layers may not be published.',
    ],
  ],
] as const)('a build that is %s and %s says so', (compilation, profile, lines) => {
  const log = silentLogger();
  announceCompilation(compilation, { cpu: 'arm', profile }, log);
  expect(log.lines).toEqual(lines);
});

test('under emulation the profile is quick, whatever is wanted', () => {
  expect(chooseProfile('release', 'emulated')).toBe('quick');
});
