import { cpus } from '#lib/layer/cpu.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Machine } from './machine.ts';

export interface Wanted {
  readonly cpu: string;
  readonly base: string;
  /** Also what only the integration tests use. */
  readonly tests?: boolean;
}

/** One change of the machine, as data: shown to the user first, made by apply.ts. */
export type Step =
  /** The machine's own mirror, for another suite that is used only when asked for by name. */
  | { readonly kind: 'add-suite'; readonly suite: string }
  | {
      readonly kind: 'install';
      readonly packages: readonly string[];
      readonly suite?: string;
      readonly why: string;
    }
  | { readonly kind: 'start-engine' }
  | { readonly kind: 'emulate'; readonly cpu: string };

/** Debian 12's own engine has no buildx; the next release's has. */
const engineSuite = 'trixie';
const enginePackages = ['docker.io', 'docker-buildx', 'docker-cli', 'iptables'];

/**
 * What must change for `make` to work; nothing where everything is there. Throws an ActionError of one sentence
 * where something is missing that cannot be installed here.
 */
export async function planSteps(machine: Machine, wanted: Wanted): Promise<readonly Step[]> {
  if (!cpus.some((cpu) => cpu === wanted.cpu)) {
    throw new ActionError(`CPU must be one of ${cpus.join(', ')}; got "${wanted.cpu}".`);
  }
  const steps = [
    ...planEngine(machine),
    ...(await planBase(machine, wanted)),
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

async function planBase(machine: Machine, { base, cpu }: Wanted): Promise<readonly Step[]> {
  if (base === 'al2023' || machine.hasMmdebstrap) return [];
  if (machine.docker !== undefined) {
    // Cross-compilers run on the base of the machine's own CPU.
    const images = [cpu, machine.arch === 'arm64' ? 'arm' : 'x86'].map((of) => `bref/base-debian-12:${of}`);
    if ((await Promise.all(images.map(machine.hasImage))).every(Boolean)) return [];
    const al2023 = `public.ecr.aws/lambda/provided:al2023-${cpu === 'arm' ? 'arm64' : 'x86_64'}`;
    if (base === 'auto' && (await machine.canPull(al2023))) return [];
  }
  return [{ kind: 'install', packages: ['mmdebstrap'], why: 'makes the base image debian-12' }];
}

function planPython({ hasPython }: Machine): readonly Step[] {
  if (hasPython) return [];
  const why = "brings AWS's Lambda emulator and the API server of the tests";
  return [{ kind: 'install', packages: ['python3', 'python3-venv', 'python3-pip'], why }];
}

/** What only tests use. Where it cannot be installed, those tests are skipped: it must not stop a build. */
async function planTestTools(machine: Machine): Promise<readonly Step[]> {
  if (machine.debian === undefined || !machine.isRoot) return [];
  const steps: Step[] = [];
  if (!(await machine.hasZipReaders())) {
    const packages = ['zip', 'unzip', '7zip', 'libarchive-tools'];
    steps.push({ kind: 'install', packages, why: 'other programs that make and read zips, for the tests' });
  }
  if (!(await machine.hasCompiler())) {
    const packages = ['gcc', 'libc6-dev'];
    steps.push({ kind: 'install', packages, why: 'makes the files that the audit is tested with' });
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
      why: 'the browser that the catalogue is tested in',
    });
  }
  return steps;
}

async function planEmulation(machine: Machine, cpu: string): Promise<readonly Step[]> {
  const isNative = (cpu === 'arm') === (machine.arch === 'arm64');
  if (isNative || machine.hasEmulation) return [];
  // Docker Desktop emulates without a handler that this machine's kernel could show.
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

/** A line for the user: what a step does. */
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

/** A newer suite's programs need its C library, which refuses the base-files of the release before. */
function fromSuite(suite: string): string {
  return ` from ${suite}, with the C library and base-files of that suite (the machine then calls itself ${suite})`;
}

function explainMissing({ debian }: Machine, steps: readonly Step[]): string {
  const missing = steps
    .filter((step) => step.kind === 'install')
    .map(({ packages, why }) => `${why} (${packages.join(', ')})`);
  const what = missing.length > 0 ? missing.join('; ') : 'a running Docker engine';
  const who = debian === undefined ? 'this is not Debian' : 'you are not root';
  return `Missing: ${what}. It is not set up for you because ${who}; install it, or run this as root on Debian.`;
}
