import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';

/** Operating systems that layers are built and tested on. Each has a folder in `php/bases/` and `lib/sandbox/roots/`. */
export const baseOsNames = ['al2023', 'debian-12'] as const;
export type BaseOs = (typeof baseOsNames)[number];

/** Values of the input `base`. `auto` is al2023 if its image is available, otherwise debian-12. */
export const baseOsChoices = ['auto', ...baseOsNames] as const;
export type BaseOsChoice = (typeof baseOsChoices)[number];

/** Name of a base OS's image: Amazon's own for al2023, a locally made one for debian-12. */
export function baseOsImage(baseOs: BaseOs, cpu: Cpu): string {
  return baseOs === 'al2023'
    ? `public.ecr.aws/lambda/provided:al2023-${cpuNames[cpu].aws}`
    : `bref/base-debian-12:${cpu}`;
}
