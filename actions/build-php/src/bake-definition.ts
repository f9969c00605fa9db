import { join } from 'node:path';
import { cpuNames } from '#lib/layer/cpu.ts';
import { buildKeyLabel, type ImageStage } from './images.ts';
import type { BuildPlan } from './plan-build.ts';

/** A product of a build. */
export type BakeTarget =
  /** Runs PHP's ./configure and exports nothing. */
  | { readonly kind: 'configured' }
  /** Exports the PGO profile to a folder. */
  | { readonly kind: 'trained-profile'; readonly folder: string }
  /** Exports one tree per layer to a folder. */
  | { readonly kind: 'trees'; readonly folder: string }
  /** Loads an image into the engine, with the build key as a label. */
  | {
      readonly kind: 'image';
      readonly stage: ImageStage;
      readonly tag: string;
      readonly buildKey: string;
    };

/**
 * Returns the JSON definition for `docker buildx bake`. One run builds everything, so that BuildKit shares every stage.
 * Targets link the two Dockerfiles: the version's starts from the shared stage `toolchain`, and the shared one
 * continues from the version's stage `php`. The compiled PHP (`build-environment`) is a target too. See
 * https://docs.docker.com/build/bake/reference/.
 */
export function toBakeDefinition(plan: BuildPlan, wanted: readonly BakeTarget[]): object {
  const platforms = {
    build: cpuNames[plan.buildImage.cpu].platform,
    layer: cpuNames[plan.cpu].platform,
  };
  const contexts = {
    base: `docker-image://${plan.baseOsImage}`,
    'build-base': `docker-image://${plan.buildImage.image}`,
    ...plan.contexts,
  };
  const common = {
    context: plan.versionFolder,
    args: {
      BUILD_PLATFORM: platforms.build,
      LAYER_PLATFORM: platforms.layer,
      PHP_COMPILATION_FLAGS: plan.configureFlags.join(' '),
      PECL_EXTENSIONS: plan.peclExtensions.join(' '),
    },
    platforms: [platforms.build],
    'no-cache': !plan.useCache,
  };
  const shared = {
    ...common,
    dockerfile: plan.dockerfile,
    contexts: { ...contexts, php: 'target:php' },
  };
  const compiled = wanted.find((target) => target.kind === 'image' && target.stage === 'build-environment');
  const compiledName = compiled ? targetName(compiled) : 'build-environment';
  const wantedTargets = wanted.map((target) => [
    targetName(target),
    {
      ...shared,
      ...(startsFromCompiledPhp(target) && {
        contexts: { ...shared.contexts, 'build-environment': `target:${compiledName}` },
      }),
      ...toTarget(target, platforms.layer),
    },
  ]);
  return {
    group: { default: { targets: wantedTargets.map(([name]) => name) } },
    target: {
      toolchain: {
        ...shared,
        contexts,
        target: 'toolchain',
        output: notExported,
      },
      php: {
        ...common,
        dockerfile: join(plan.versionFolder, 'Dockerfile'),
        contexts: { ...contexts, toolchain: 'target:toolchain' },
        target: 'php',
        output: notExported,
      },
      ...(!compiled &&
        wanted.some(startsFromCompiledPhp) && {
          [compiledName]: { ...shared, target: 'build-environment', output: notExported },
        }),
      ...Object.fromEntries(wantedTargets),
    },
  };
}

/**
 * Whether a target starts from the PHP that another target compiles. Such a target is linked to the other one. Without
 * the link, both would compile PHP: each target loads the local folders itself, and BuildKit may learn too late that
 * the folders are equal.
 */
function startsFromCompiledPhp(target: BakeTarget): boolean {
  return target.kind === 'trees' || (target.kind === 'image' && target.stage !== 'build-environment');
}

/** Without an output, bake leaves an unnamed image in the engine for every target. */
const notExported = ['type=cacheonly'];

function targetName(target: BakeTarget): string {
  return target.kind === 'image' ? `image-${target.stage}` : target.kind;
}

function toTarget(target: BakeTarget, layerPlatform: string): object {
  switch (target.kind) {
    case 'configured':
      return { target: 'configured', output: notExported };
    case 'trained-profile':
    case 'trees':
      return { target: target.kind, output: [`type=local,dest=${target.folder}`] };
    case 'image':
      return {
        target: target.stage,
        // The compilers that made PHP also make extensions. Their image has the platform of the compilers.
        ...(target.stage === 'build-environment' ? {} : { platforms: [layerPlatform] }),
        tags: [target.tag],
        labels: { [buildKeyLabel]: target.buildKey },
        output: ['type=docker'],
      };
  }
}
