import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';

/** Operating systems that layers are built and tested on. Each has a folder in `php/bases/` and `lib/sandbox/roots/`. */
export const baseOsNames = ['al2023', 'debian-12'] as const;
export type BaseOs = (typeof baseOsNames)[number];

/** Base OSes of the choice `auto`: the preferred one if its image is available, otherwise the fallback. */
export const autoBaseOs = { preferred: 'al2023', fallback: 'debian-12' } as const satisfies Record<
  string,
  BaseOs
>;

/** Values of the input `base`. */
export const baseOsChoices = ['auto', ...baseOsNames] as const;
export type BaseOsChoice = (typeof baseOsChoices)[number];

/** An image that mmdebstrap makes in this machine's engine. */
export interface MadeImage {
  readonly kind: 'mmdebstrap';
  /** Codename of the Debian release. */
  readonly suite: string;
  /** Release date, in seconds since 1970. No file in the image is newer. */
  readonly releaseTime: number;
}

export interface BaseOsProperties {
  /** Returns the name of the image. */
  readonly image: (cpu: Cpu) => string;
  readonly source: { readonly kind: 'registry' } | MadeImage;
  /** Whether the packages include compilers and libraries for another CPU. Otherwise, QEMU runs the compilers. */
  readonly canCrossCompile: boolean;
  /**
   * Name of the file that the recipe of the test root reads. `absent` lists the libraries of Amazon's image that Lambda
   * lacks. `offered` lists the libraries that Lambda has.
   */
  readonly rootData: 'absent' | 'offered';
}

export const baseOsProperties: Readonly<Record<BaseOs, BaseOsProperties>> = {
  al2023: {
    image: (cpu) => `public.ecr.aws/lambda/provided:al2023-${cpuNames[cpu].aws}`,
    source: { kind: 'registry' },
    canCrossCompile: false,
    rootData: 'absent',
  },
  'debian-12': {
    image: (cpu) => `bref/base-debian-12:${cpu}`,
    source: { kind: 'mmdebstrap', suite: 'bookworm', releaseTime: Date.UTC(2023, 5, 10) / 1000 },
    canCrossCompile: true,
    rootData: 'offered',
  },
};

/** Returns the name of a base OS's image. */
export function baseOsImage(baseOs: BaseOs, cpu: Cpu): string {
  return baseOsProperties[baseOs].image(cpu);
}
