/** The two CPUs of Lambda by the names that layers have always had. */
export const cpus = ['x86', 'arm'] as const;
export type Cpu = (typeof cpus)[number];

/** Lambda's names of the CPUs, in its `CompatibleArchitectures`. */
export const architectures = ['x86_64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];

/** How each party names a CPU. */
export interface CpuNames {
  /** Prefix of layer and image names. */
  readonly prefix: '' | 'arm-';
  /** Docker's `--platform`. */
  readonly platform: 'linux/amd64' | 'linux/arm64';
  /** Lambda's `CompatibleArchitectures`. */
  readonly aws: Architecture;
}

export const cpuNames: Readonly<Record<Cpu, CpuNames>> = {
  x86: { prefix: '', platform: 'linux/amd64', aws: 'x86_64' },
  arm: { prefix: 'arm-', platform: 'linux/arm64', aws: 'arm64' },
};

/** The CPU that this process runs on; undefined where Lambda has no such CPU. */
export function hostCpu(): Cpu | undefined {
  if (process.arch === 'x64') return 'x86';
  return process.arch === 'arm64' ? 'arm' : undefined;
}
