/** Lambda's two CPUs, by the names in layer names and inputs. */
export const cpus = ['x86', 'arm'] as const;
export type Cpu = (typeof cpus)[number];

/** Names of the CPUs in Lambda's `CompatibleArchitectures`. */
export const architectures = ['x86_64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

/** Names of one CPU. */
export interface CpuNames {
  /** Prefix of layer and image names. */
  readonly prefix: '' | 'arm-';
  /** Value of Docker's `--platform`. */
  readonly platform: 'linux/amd64' | 'linux/arm64';
  /** Value in Lambda's `CompatibleArchitectures`. */
  readonly aws: Architecture;
}

export const cpuNames: Readonly<Record<Cpu, CpuNames>> = {
  x86: { prefix: '', platform: 'linux/amd64', aws: 'x86_64' },
  arm: { prefix: 'arm-', platform: 'linux/arm64', aws: 'arm64' },
};

/** Returns the CPU of this machine, or undefined if Lambda does not have it. */
export function hostCpu(): Cpu | undefined {
  if (process.arch === 'x64') return 'x86';
  return process.arch === 'arm64' ? 'arm' : undefined;
}
