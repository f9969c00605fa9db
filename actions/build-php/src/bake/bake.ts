import { join } from 'node:path';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';

/** Everything that a build of one PHP version is made from. Paths are absolute. */
export interface BuildPlan {
  readonly cpu: Cpu;
  /** PHP's ./configure gets them after those of the version's folder, so that they win. */
  readonly configureFlags: readonly string[];
  /** Extensions that are compiled from archives of their own, by their names in sources.json. */
  readonly peclExtensions: readonly string[];
  readonly cache: boolean;
  /** The version's folder: its Dockerfile has the stage `php`. */
  readonly folder: string;
  /** The Dockerfile that all versions share. */
  readonly dockerfile: string;
  readonly baseImage: string;
  /** What the compilers run on, and the CPU of that image. */
  readonly build: { readonly image: string; readonly cpu: Cpu };
  /** Folders that the Dockerfiles know by name. */
  readonly contexts: Readonly<Record<string, string>>;
}

/** What comes out of a build. */
export type BakeTarget =
  /** PHP's ./configure has run; nothing is exported. */
  | { readonly kind: 'configured' }
  /** What training taught, in this folder. */
  | { readonly kind: 'trained-profile'; readonly folder: string }
  /** One tree per layer, in this folder. */
  | { readonly kind: 'trees'; readonly folder: string }
  /** An image in the engine. */
  | {
      readonly kind: 'image';
      readonly stage: ImageStage;
      readonly tag: string;
      /** Told to BuildKit as a label: what the build was made from. */
      readonly digest: string;
    };

/** The stages of php/Dockerfile that are images, and what each is called between prefix and version. */
const imageNames = {
  'build-environment': ['build-php-', ''],
  function: ['php-', ''],
  fpm: ['php-', '-fpm'],
  console: ['php-', '-console'],
  'fpm-dev': ['php-', '-fpm-dev'],
} as const;
export type ImageStage = keyof typeof imageNames;

export interface ImageNaming {
  readonly phpVersion: string;
  readonly cpu: Cpu;
  /** Before every name, such as `bref/`. */
  readonly imagePrefix: string;
  readonly imageTag: string;
}

/** The images of a version: stage of the Dockerfile, and full name. */
export function imageTags({ phpVersion, cpu, imagePrefix, imageTag }: ImageNaming): readonly ImageTag[] {
  const stages = Object.keys(imageNames) as ImageStage[];
  return stages.map((stage) => {
    const [before, after] = imageNames[stage];
    const tag = `${imagePrefix}${cpuNames[cpu].prefix}${before}${phpVersion}${after}:${imageTag}`;
    return { stage, tag };
  });
}

export interface ImageTag {
  readonly stage: ImageStage;
  readonly tag: string;
}

export const digestLabel = 'org.bref.build-inputs';

/**
 * The definition that `docker buildx bake` reads, as JSON: everything in one run, so that BuildKit shares every stage.
 * The shared Dockerfile and the version's are linked by targets: `toolchain` is where the version begins, `php` is
 * what the shared one goes on from, and what is compiled of it (`build-environment`) is a target too.
 * See docs.docker.com/build/bake/reference.
 */
export function toBakeDefinition(plan: BuildPlan, wanted: readonly BakeTarget[]): object {
  const platforms = {
    build: cpuNames[plan.build.cpu].platform,
    layer: cpuNames[plan.cpu].platform,
  };
  const contexts = {
    base: `docker-image://${plan.baseImage}`,
    'build-base': `docker-image://${plan.build.image}`,
    ...plan.contexts,
  };
  const common = {
    context: plan.folder,
    args: {
      BUILD_PLATFORM: platforms.build,
      LAYER_PLATFORM: platforms.layer,
      PHP_COMPILATION_FLAGS: plan.configureFlags.join(' '),
      PECL_EXTENSIONS: plan.peclExtensions.join(' '),
    },
    platforms: [platforms.build],
    'no-cache': !plan.cache,
  };
  const shared = {
    ...common,
    dockerfile: plan.dockerfile,
    contexts: { ...contexts, php: 'target:php' },
  };
  const compiled = wanted.find((target) => target.kind === 'image' && target.stage === 'build-environment');
  const compiledName = compiled ? targetName(compiled) : 'build-environment';
  const ends = wanted.map((target) => [
    targetName(target),
    {
      ...shared,
      ...(goesOnFromCompiled(target) && {
        contexts: { ...shared.contexts, 'build-environment': `target:${compiledName}` },
      }),
      ...describeTarget(target, platforms.layer),
    },
  ]);
  return {
    group: { default: { targets: ends.map(([name]) => name) } },
    target: {
      toolchain: {
        ...shared,
        contexts,
        target: 'toolchain',
        output: notExported,
      },
      php: {
        ...common,
        dockerfile: join(plan.folder, 'Dockerfile'),
        contexts: { ...contexts, toolchain: 'target:toolchain' },
        target: 'php',
        output: notExported,
      },
      ...(!compiled &&
        wanted.some(goesOnFromCompiled) && {
          [compiledName]: { ...shared, target: 'build-environment', output: notExported },
        }),
      ...Object.fromEntries(ends),
    },
  };
}

/**
 * Whether it needs the compiled PHP, without being just that. Such targets are linked to the one that compiles: each loads
 * the local folders by itself, and two whose folders are not known to be the same in time would both compile.
 */
function goesOnFromCompiled(target: BakeTarget): boolean {
  return target.kind === 'trees' || (target.kind === 'image' && target.stage !== 'build-environment');
}

/** By default bake leaves a nameless image in the engine for every target. */
const notExported = ['type=cacheonly'];

function targetName(target: BakeTarget): string {
  return target.kind === 'image' ? `image-${target.stage}` : target.kind;
}

function describeTarget(target: BakeTarget, layerPlatform: string): object {
  switch (target.kind) {
    case 'configured':
      return { target: 'configured', output: notExported };
    case 'trained-profile':
    case 'trees':
      return { target: target.kind, output: [`type=local,dest=${target.folder}`] };
    case 'image':
      return {
        target: target.stage,
        // Extensions are made by the compilers that made PHP, and so in their image.
        ...(target.stage === 'build-environment' ? {} : { platforms: [layerPlatform] }),
        tags: [target.tag],
        labels: { [digestLabel]: target.digest },
        output: ['type=docker'],
      };
  }
}
