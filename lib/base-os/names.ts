import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';

/** Operating systems that layers are built and tested on. Each has a folder in `php/bases/` and `lib/sandbox/roots/`. */
export const baseOsNames = ['al2023', 'debian-12'] as const;
export type BaseOs = (typeof baseOsNames)[number];

/** Values of the input `base`. `auto` is al2023 if its image is available, otherwise debian-12. */
export const baseOsChoices = ['auto', ...baseOsNames] as const;
export type BaseOsChoice = (typeof baseOsChoices)[number];

/** Amazon publishes the image of al2023. The image of debian-12 is created locally. */
const images: Readonly<Record<BaseOs, (cpu: Cpu) => string>> = {
  al2023: (cpu) => `public.ecr.aws/lambda/provided:al2023-${cpuNames[cpu].aws}`,
  'debian-12': (cpu) => `bref/base-debian-12:${cpu}`,
};

/** Returns the name of a base OS's image. */
export function baseOsImage(baseOs: BaseOs, cpu: Cpu): string {
  return images[baseOs](cpu);
}
