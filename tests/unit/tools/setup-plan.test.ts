import { expect, test } from 'vitest';
import type { Machine } from '../../../tools/setup/machine.ts';
import { describeStep, planSteps } from '../../../tools/setup/steps.ts';

const bare: Machine = {
  isRoot: true,
  debian: 'bookworm',
  arch: 'x64',
  docker: undefined,
  hasEngine: false,
  hasMmdebstrap: false,
  hasPython: false,
  hasZipReaders: async () => false,
  hasCompiler: async () => false,
  hasGh: true,
  hasBrowser: false,
  hasEmulation: false,
  hasImage: async () => false,
  canPull: async () => false,
};
const ready: Machine = { ...bare, docker: 'docker', hasMmdebstrap: true, hasPython: true };
const x86 = { cpu: 'x86', base: 'auto' };

async function plan(machine: Machine, wanted = x86) {
  return (await planSteps(machine, wanted)).map(describeStep);
}

test('a bare Debian 12 gets an engine from the next suite, the base tools and Python', async () => {
  expect(await plan(bare)).toEqual([
    "add Debian's suite trixie to apt, from this machine's own mirror and at priority 100 (undo: make setup-undo)",
    'install docker.io, docker-buildx, docker-cli, iptables from trixie, with the C library and base-files of that suite (the machine then calls itself trixie): a Docker engine with buildx',
    'start the Docker engine',
    'install mmdebstrap: makes the base image debian-12',
    "install python3, python3-venv, python3-pip: brings AWS's Lambda emulator and the API server of the tests",
  ]);
});

test.each<[string, Machine, object, readonly string[]]>([
  ['everything there', ready, {}, []],
  [
    'an engine that sleeps',
    { ...ready, docker: undefined, hasEngine: true },
    {},
    ['start the Docker engine'],
  ],
  ['a base image that is there', { ...ready, hasMmdebstrap: false, hasImage: async () => true }, {}, []],
  [
    'the base of the other CPU alone',
    {
      ...ready,
      hasMmdebstrap: false,
      hasEmulation: true,
      hasImage: async (name) => name === 'bref/base-debian-12:arm',
    },
    { cpu: 'arm' },
    ['install mmdebstrap: makes the base image debian-12'],
  ],
  ['al2023 within reach', { ...ready, hasMmdebstrap: false, canPull: async () => true }, {}, []],
  [
    'debian-12 by name, with al2023 within reach',
    { ...ready, hasMmdebstrap: false, canPull: async () => true },
    { base: 'debian-12' },
    ['install mmdebstrap: makes the base image debian-12'],
  ],
  ['the other CPU, with a handler', { ...ready, hasEmulation: true }, { cpu: 'arm' }, []],
  [
    'the other CPU',
    ready,
    { cpu: 'arm' },
    [
      'install qemu-user-static, binfmt-support, arch-test: runs programs of the other CPU (arm)',
      'register QEMU with the kernel for arm programs',
    ],
  ],
  [
    'tests',
    ready,
    { tests: true },
    [
      'install zip, unzip, 7zip, libarchive-tools: other programs that make and read zips, for the tests',
      'install gcc, libc6-dev: makes the files that the audit is tested with',
      'install chromium: the browser that the catalogue is tested in',
    ],
  ],
  [
    'tests where zips can be read and C compiled',
    { ...ready, hasZipReaders: async () => true, hasCompiler: async () => true },
    { tests: true },
    ['install chromium: the browser that the catalogue is tested in'],
  ],
  [
    'tests where everything is',
    { ...ready, hasZipReaders: async () => true, hasCompiler: async () => true, hasBrowser: true },
    { tests: true },
    [],
  ],
  ['tests without root', { ...ready, isRoot: false }, { tests: true }, []],
  ['its own CPU', { ...ready, arch: 'arm64' }, { cpu: 'arm' }, []],
])('%s: only what is missing', async (_case, machine, wanted, steps) => {
  expect(await plan(machine, { ...x86, ...wanted })).toEqual(steps);
});

test('an engine of a newer Debian comes from its own suite', async () => {
  expect((await plan({ ...bare, debian: 'trixie' }))[0]).toBe(
    'install docker.io, docker-buildx, docker-cli, iptables: a Docker engine with buildx',
  );
});

test.each<[string, Partial<Machine>, string]>([
  [
    'another system',
    { debian: undefined, hasPython: true, hasMmdebstrap: true },
    'because this is not Debian',
  ],
  ['no root', { isRoot: false, hasPython: true, hasMmdebstrap: true }, 'because you are not root'],
])('%s: one sentence that says what is missing', async (_case, changes, reason) => {
  await expect(planSteps({ ...bare, ...changes }, x86)).rejects.toThrow(
    `Missing: a Docker engine with buildx (docker.io, docker-buildx, docker-cli, iptables). It is not set up for you ${reason}`,
  );
});

test('an unknown CPU is refused', async () => {
  await expect(planSteps(ready, { cpu: 'riscv', base: 'auto' })).rejects.toThrow(
    'CPU must be one of x86, arm; got "riscv"',
  );
});
