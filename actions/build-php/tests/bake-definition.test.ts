import { expect, test } from 'vitest';
import { type BakeTarget, toBakeDefinition } from '../src/bake-definition.ts';
import type { BuildPlan } from '../src/plan-build.ts';

const plan: BuildPlan = {
  cpu: 'arm',
  configureFlags: ['--enable-calendar', '--without-xsl'],
  peclExtensions: ['apcu', 'redis'],
  useCache: false,
  versionFolder: '/suite/php-82',
  dockerfile: '/suite/php/Dockerfile',
  baseOsImage: 'bref/base-debian-12:arm',
  buildImage: { image: 'bref/base-debian-12:x86', cpu: 'x86' },
  contexts: { sources: '/suite/output/sources' },
};

const common = {
  context: '/suite/php-82',
  args: {
    BUILD_PLATFORM: 'linux/amd64',
    LAYER_PLATFORM: 'linux/arm64',
    PHP_COMPILATION_FLAGS: '--enable-calendar --without-xsl',
    PECL_EXTENSIONS: 'apcu redis',
  },
  platforms: ['linux/amd64'],
  'no-cache': true,
};
const contexts = {
  base: 'docker-image://bref/base-debian-12:arm',
  'build-base': 'docker-image://bref/base-debian-12:x86',
  sources: '/suite/output/sources',
};

function targets(wanted: readonly BakeTarget[]) {
  return (toBakeDefinition(plan, wanted) as { target: Record<string, object> }).target;
}

test("links the shared Dockerfile and the version's Dockerfile by targets", () => {
  expect(targets([{ kind: 'trees', folder: '/trees' }])).toEqual({
    toolchain: {
      ...common,
      dockerfile: '/suite/php/Dockerfile',
      contexts,
      target: 'toolchain',
      output: ['type=cacheonly'],
    },
    php: {
      ...common,
      dockerfile: '/suite/php-82/Dockerfile',
      contexts: { ...contexts, toolchain: 'target:toolchain' },
      target: 'php',
      output: ['type=cacheonly'],
    },
    'build-environment': {
      ...common,
      dockerfile: '/suite/php/Dockerfile',
      contexts: { ...contexts, php: 'target:php' },
      target: 'build-environment',
      output: ['type=cacheonly'],
    },
    trees: {
      ...common,
      dockerfile: '/suite/php/Dockerfile',
      contexts: { ...contexts, php: 'target:php', 'build-environment': 'target:build-environment' },
      target: 'trees',
      output: ['type=local,dest=/trees'],
    },
  });
});

test('loads an image into the engine under its tag, with the build key as a label', () => {
  const wanted = { kind: 'image', stage: 'fpm', tag: 'bref/arm-php-82-fpm:latest', buildKey: 'abc' } as const;
  expect(targets([wanted])['image-fpm']).toMatchObject({
    target: 'fpm',
    platforms: ['linux/arm64'],
    tags: ['bref/arm-php-82-fpm:latest'],
    labels: { 'org.bref.build-inputs': 'abc' },
    output: ['type=docker'],
  });
});

test('starts trees and images from one target that compiles PHP, which is the image for building extensions if that is wanted', () => {
  const image = (stage: 'build-environment' | 'fpm') =>
    ({ kind: 'image', stage, tag: stage, buildKey: 'abc' }) as const;
  const linkedTargets = targets([
    { kind: 'trees', folder: '/trees' },
    image('build-environment'),
    image('fpm'),
  ]);
  const link = { contexts: { 'build-environment': 'target:image-build-environment' } };
  expect(linkedTargets).toMatchObject({ trees: link, 'image-fpm': link });
  expect(Object.keys(linkedTargets)).not.toContain('build-environment');
  expect(linkedTargets['image-build-environment']).not.toMatchObject(link);
});

test('gives the image for building extensions the CPU of the compilers', () => {
  const wanted = { kind: 'image', stage: 'build-environment', tag: 'x', buildKey: 'abc' } as const;
  expect(targets([wanted])['image-build-environment']).toMatchObject({ platforms: ['linux/amd64'] });
});

test('exports nothing for a check of the flags', () => {
  expect(targets([{ kind: 'configured' }]).configured).toMatchObject({
    target: 'configured',
    output: ['type=cacheonly'],
  });
});

test('runs the compilers in the image of the base OS if nothing is cross-compiled', () => {
  const native = { ...plan, buildImage: { image: plan.baseOsImage, cpu: plan.cpu } };
  const definition = toBakeDefinition(native, [{ kind: 'configured' }]);
  expect(definition).toMatchObject({
    target: {
      configured: {
        args: { BUILD_PLATFORM: 'linux/arm64' },
        contexts: { 'build-base': contexts.base, base: contexts.base },
      },
    },
  });
});

test('builds only the wanted targets', () => {
  const definition = toBakeDefinition(plan, [{ kind: 'configured' }]);
  expect(definition).toMatchObject({ group: { default: { targets: ['configured'] } } });
});
