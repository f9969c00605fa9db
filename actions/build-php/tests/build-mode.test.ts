import { expect, test } from 'vitest';
import { silentLogger } from '../../../tests/fixtures/silent-logger.ts';
import { announceCompilation, chooseBuildMode } from '../src/build-mode.ts';

test.each([
  ['native', 'release', 'release'],
  ['native', 'quick', 'quick'],
  ['cross', 'release', 'release'],
  ['cross', 'quick', 'quick'],
  ['emulated', 'release', 'quick'],
  ['emulated', 'quick', 'quick'],
] as const)(
  'with the compilation %s, the wanted build mode %s becomes %s',
  (compilation, wanted, buildMode) => {
    expect(chooseBuildMode(wanted, compilation)).toBe(buildMode);
  },
);

test.each([
  ['native', 'release', []],
  [
    'cross',
    'release',
    [
      "PHP is cross-compiled for arm at this machine's speed. QEMU runs the compiled programs that the build needs.",
    ],
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
        'The build mode is therefore quick instead of release, and the layers cannot be published.',
    ],
  ],
] as const)('announces the compilation %s with the wanted build mode %s', (compilation, buildMode, lines) => {
  const log = silentLogger();
  announceCompilation(compilation, { cpu: 'arm', buildMode }, log);
  expect(log.lines).toEqual(lines);
});
