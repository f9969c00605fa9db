import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';

/** Stages of php/Dockerfile that become images, each with the parts of its name before and after the version. */
const imageNames = {
  'build-environment': ['build-php-', ''],
  function: ['php-', ''],
  fpm: ['php-', '-fpm'],
  console: ['php-', '-console'],
  'fpm-dev': ['php-', '-fpm-dev'],
} as const;
export type ImageStage = keyof typeof imageNames;

/** Label of an image: the key of the build that made it. */
export const buildKeyLabel = 'org.bref.build-inputs';

export interface ImageNaming {
  readonly phpVersion: string;
  readonly cpu: Cpu;
  /** Beginning of every name, such as `bref/`. */
  readonly imagePrefix: string;
  readonly imageTag: string;
}

export interface ImageTag {
  /** Stage of the Dockerfile. */
  readonly stage: ImageStage;
  /** Full name of the image. */
  readonly tag: string;
}

/** Returns the images of a version. */
export function imageTags({ phpVersion, cpu, imagePrefix, imageTag }: ImageNaming): readonly ImageTag[] {
  const stages = Object.keys(imageNames) as ImageStage[];
  return stages.map((stage) => {
    const [before, after] = imageNames[stage];
    const tag = `${imagePrefix}${cpuNames[cpu].prefix}${before}${phpVersion}${after}:${imageTag}`;
    return { stage, tag };
  });
}
