import {
  autoBaseOs,
  type BaseOsChoice,
  baseOsChoices,
  baseOsImage,
  baseOsProperties,
} from '#lib/base-os/names.ts';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Machine } from './machine.ts';

export interface Wanted {
  readonly cpu: Cpu;
  readonly baseOs: BaseOsChoice;
  /** Also install programs that only tests use. */
  readonly tests?: boolean;
}

/** One change of the machine, as data. It is shown to the user first. */
export type Step =
  /** Adds a suite of the machine's own mirror. apt uses it only for packages that are requested from it by name. */
  | { readonly kind: 'add-suite'; readonly suite: string }
  | {
      readonly kind: 'install';
      readonly packages: readonly string[];
      readonly suite?: string;
      readonly why: string;
    }
  | { readonly kind: 'start-engine' }
  | { readonly kind: 'emulate'; readonly cpu: Cpu };

/** @throws ActionError if the CPU or the base OS is unknown */
export function readWanted({
  cpu,
  base,
  tests,
}: {
  readonly cpu: string;
  readonly base: string;
  readonly tests: boolean;
}): Wanted {
  return { cpu: oneOf('CPU', cpus, cpu), baseOs: oneOf('BASE', baseOsChoices, base), tests };
}

function oneOf<const T extends string>(name: string, allowed: readonly T[], value: string): T {
  const match = allowed.find((candidate) => candidate === value);
  if (match === undefined) {
    throw new ActionError(`${name} must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}.`);
  }
  return match;
}

/** Debian 12's engine has no buildx, but the engine of the next release has. */
const engineSuite = 'trixie';
const enginePackages = ['docker.io', 'docker-buildx', 'docker-cli', 'iptables'];

/**
 * Plans the changes that `make` needs. The plan is empty if nothing is missing.
 *
 * @throws ActionError if something is missing that cannot be installed on this machine
 */
export async function planSteps(machine: Machine, wanted: Wanted): Promise<readonly Step[]> {
  const steps = [
    ...planEngine(machine),
    ...(await planBaseOs(machine, wanted)),
    ...planPython(machine),
    ...(await planEmulation(machine, wanted.cpu)),
    ...(wanted.tests ? await planTestTools(machine) : []),
  ];
  if (steps.length > 0 && (machine.debian === undefined || !machine.isRoot)) {
    throw new ActionError(explainMissing(machine, steps));
  }
  return steps;
}

function planEngine(machine: Machine): readonly Step[] {
  if (machine.docker !== undefined) return [];
  if (machine.hasEngine) return [{ kind: 'start-engine' }];
  const why = 'a Docker engine with buildx';
  const install: readonly Step[] =
    machine.debian === 'bookworm'
      ? [
          { kind: 'add-suite', suite: engineSuite },
          { kind: 'install', packages: enginePackages, suite: engineSuite, why },
        ]
      : [{ kind: 'install', packages: enginePackages, why }];
  return [...install, { kind: 'start-engine' }];
}

async function planBaseOs(machine: Machine, { baseOs, cpu }: Wanted): Promise<readonly Step[]> {
  const made = baseOs === 'auto' ? autoBaseOs.fallback : baseOs;
  if (baseOsProperties[made].source.kind === 'registry' || machine.hasMmdebstrap) return [];
  if (machine.docker !== undefined) {
    // Cross-compilers run on the base OS of the machine's own CPU.
    const hostCpu = machine.arch === 'arm64' ? 'arm' : 'x86';
    const images = ([cpu, hostCpu] as const).map((name) => baseOsImage(made, name));
    if ((await Promise.all(images.map(machine.hasImage))).every(Boolean)) return [];
    if (baseOs === 'auto' && (await machine.canPull(baseOsImage(autoBaseOs.preferred, cpu)))) return [];
  }
  return [{ kind: 'install', packages: ['mmdebstrap'], why: `creates the base image ${made}` }];
}

function planPython({ hasPython }: Machine): readonly Step[] {
  if (hasPython) return [];
  const why = "installs AWS's Lambda emulator and the API server of the tests";
  return [{ kind: 'install', packages: ['python3', 'python3-venv', 'python3-pip'], why }];
}

/** Plans programs that only tests use. If they cannot be installed, tests are skipped, but builds still work. */
async function planTestTools(machine: Machine): Promise<readonly Step[]> {
  if (machine.debian === undefined || !machine.isRoot) return [];
  const steps: Step[] = [];
  if (!(await machine.hasZipReaders())) {
    const packages = ['zip', 'unzip', '7zip', 'libarchive-tools'];
    steps.push({ kind: 'install', packages, why: 'other programs that write and read zips, for the tests' });
  }
  if (!(await machine.hasCompiler())) {
    const packages = ['gcc', 'libc6-dev'];
    steps.push({ kind: 'install', packages, why: 'compiles the files that the audit is tested with' });
  }
  if (!machine.hasGh) {
    steps.push({
      kind: 'install',
      packages: ['gh'],
      why: "GitHub's command line program, which release.yml uses",
    });
  }
  if (!machine.hasBrowser) {
    steps.push({
      kind: 'install',
      packages: ['chromium'],
      why: 'the browser for the tests of the catalogue',
    });
  }
  return steps;
}

async function planEmulation(machine: Machine, cpu: Cpu): Promise<readonly Step[]> {
  const isNative = (cpu === 'arm') === (machine.arch === 'arm64');
  if (isNative || machine.hasEmulation) return [];
  // Docker Desktop emulates in a virtual machine, whose handlers this machine's kernel does not list.
  if (machine.docker !== undefined && machine.debian === undefined) return [];
  return [
    {
      kind: 'install',
      packages: ['qemu-user-static', 'binfmt-support', 'arch-test'],
      why: `runs programs of the other CPU (${cpu})`,
    },
    { kind: 'emulate', cpu },
  ];
}

/** Describes a step in one line for the user. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'add-suite':
      return `add Debian's suite ${step.suite} to apt, from this machine's own mirror and at priority 100 (undo: make setup-undo)`;
    case 'install':
      return `install ${step.packages.join(', ')}${step.suite ? fromSuite(step.suite) : ''}: ${step.why}`;
    case 'start-engine':
      return 'start the Docker engine';
    case 'emulate':
      return `register QEMU with the kernel for ${step.cpu} programs`;
  }
}

/** Programs of a newer suite need its C library, which conflicts with the base-files of the previous release. */
function fromSuite(suite: string): string {
  return ` from ${suite}, with the C library and base-files of that suite (the machine then calls itself ${suite})`;
}

function explainMissing({ debian }: Machine, steps: readonly Step[]): string {
  const missing = steps
    .filter((step) => step.kind === 'install')
    .map(({ packages, why }) => `${why} (${packages.join(', ')})`);
  const parts = missing.length > 0 ? missing.join('; ') : 'a running Docker engine';
  const reason = debian === undefined ? 'this is not Debian' : 'you are not root';
  return `Missing: ${parts}. These cannot be installed for you, because ${reason}. Install them yourself, or run this command as root on Debian.`;
}
