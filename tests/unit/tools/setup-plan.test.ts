import { expect, test } from 'vitest';
import { baseOsChoices } from '#lib/base-os/names.ts';
import type { Machine } from '../../../tools/setup/machine.ts';
import { describeStep, planSteps, readWanted, type Wanted } from '../../../tools/setup/steps.ts';

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
const x86: Wanted = { cpu: 'x86', baseOs: 'auto' };

async function plan(machine: Machine, wanted = x86) {
  return (await planSteps(machine, wanted)).map(describeStep);
}

test('a bare Debian 12 gets an engine from the next suite, the tools of the base OS, and Python', async () => {
  expect(await plan(bare)).toEqual([
    "add Debian's suite trixie to apt, from this machine's own mirror and at priority 100 (undo: make setup-undo)",
    'install docker.io, docker-buildx, docker-cli, iptables from trixie, with the C library and base-files of that suite (the machine then calls itself trixie): a Docker engine with buildx',
    'start the Docker engine',
    'install mmdebstrap: creates the base image debian-12',
    "install python3, python3-venv, python3-pip: installs AWS's Lambda emulator and the API server of the tests",
  ]);
});

test.each<[string, Machine, Partial<Wanted>, readonly string[]]>([
  ['a complete machine', ready, {}, []],
  [
    'an installed engine that is not running',
    { ...ready, docker: undefined, hasEngine: true },
    {},
    ['start the Docker engine'],
  ],
  ['an existing base image', { ...ready, hasMmdebstrap: false, hasImage: async () => true }, {}, []],
  [
    'only the base image of the other CPU',
    {
      ...ready,
      hasMmdebstrap: false,
      hasEmulation: true,
      hasImage: async (name) => name === 'bref/base-debian-12:arm',
    },
    { cpu: 'arm' },
    ['install mmdebstrap: creates the base image debian-12'],
  ],
  ['al2023 that can be pulled', { ...ready, hasMmdebstrap: false, canPull: async () => true }, {}, []],
  [
    'a request for debian-12, although al2023 can be pulled',
    { ...ready, hasMmdebstrap: false, canPull: async () => true },
    { baseOs: 'debian-12' },
    ['install mmdebstrap: creates the base image debian-12'],
  ],
  ['the other CPU with a QEMU handler', { ...ready, hasEmulation: true }, { cpu: 'arm' }, []],
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
      'install zip, unzip, 7zip, libarchive-tools: other programs that write and read zips, for the tests',
      'install gcc, libc6-dev: compiles the files that the audit is tested with',
      'install chromium: the browser for the tests of the catalogue',
    ],
  ],
  [
    'tests with zip programs and a compiler',
    { ...ready, hasZipReaders: async () => true, hasCompiler: async () => true },
    { tests: true },
    ['install chromium: the browser for the tests of the catalogue'],
  ],
  [
    'tests with all programs',
    { ...ready, hasZipReaders: async () => true, hasCompiler: async () => true, hasBrowser: true },
    { tests: true },
    [],
  ],
  ['tests without root', { ...ready, isRoot: false }, { tests: true }, []],
  ['the CPU of the machine', { ...ready, arch: 'arm64' }, { cpu: 'arm' }, []],
])('%s: plans only the missing parts', async (_case, machine, wanted, steps) => {
  expect(await plan(machine, { ...x86, ...wanted })).toEqual(steps);
});

test('on a newer Debian, the engine comes from its own suite', async () => {
  expect((await plan({ ...bare, debian: 'trixie' }))[0]).toBe(
    'install docker.io, docker-buildx, docker-cli, iptables: a Docker engine with buildx',
  );
});

test.each<[string, Partial<Machine>, string]>([
  ['another system', { debian: undefined, hasPython: true, hasMmdebstrap: true }, 'this is not Debian'],
  ['no root', { isRoot: false, hasPython: true, hasMmdebstrap: true }, 'you are not root'],
])('%s: refuses with a message that names the missing parts', async (_case, changes, reason) => {
  await expect(planSteps({ ...bare, ...changes }, x86)).rejects.toThrow(
    `Missing: a Docker engine with buildx (docker.io, docker-buildx, docker-cli, iptables). These cannot be installed for you, because ${reason}. Install them yourself`,
  );
});

test.each([
  ['riscv', 'auto', 'CPU must be one of x86, arm; got "riscv".'],
  ['x86', 'alpine', `BASE must be one of ${baseOsChoices.join(', ')}; got "alpine".`],
])('rejects CPU=%s BASE=%s', (cpu, base, message) => {
  expect(() => readWanted({ cpu, base, tests: false })).toThrow(message);
});
