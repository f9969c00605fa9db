import { expect, test } from 'vitest';
import { mmdebstrap } from '#lib/base-os/base-os.ts';
import { type BakeTarget, type BuildPlan, imageTags, toBakeDefinition } from '../../src/bake/bake.ts';
import { bakeCommand } from '../../src/bake/run-bake.ts';
import { layerNames } from '../../src/trees.ts';

const plan: BuildPlan = {
  cpu: 'arm',
  configureFlags: ['--enable-calendar', '--without-xsl'],
  peclExtensions: ['apcu', 'redis'],
  cache: false,
  folder: '/suite/php-82',
  dockerfile: '/suite/php/Dockerfile',
  baseImage: 'bref/base-debian-12:arm',
  build: { image: 'bref/base-debian-12:x86', cpu: 'x86' },
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

test('the shared Dockerfile and the version of the folder are linked by targets', () => {
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

test('an image is loaded into the engine under its tag, labelled with what it was made from', () => {
  const wanted = { kind: 'image', stage: 'fpm', tag: 'bref/arm-php-82-fpm:latest', digest: 'abc' } as const;
  expect(targets([wanted])['image-fpm']).toMatchObject({
    target: 'fpm',
    platforms: ['linux/arm64'],
    tags: ['bref/arm-php-82-fpm:latest'],
    labels: { 'org.bref.build-inputs': 'abc' },
    output: ['type=docker'],
  });
});

test('trees and images all go on from one target that compiles, which is the image of it where that is wanted', () => {
  const image = (stage: 'build-environment' | 'fpm') =>
    ({ kind: 'image', stage, tag: stage, digest: 'abc' }) as const;
  const made = targets([{ kind: 'trees', folder: '/trees' }, image('build-environment'), image('fpm')]);
  const linked = { contexts: { 'build-environment': 'target:image-build-environment' } };
  expect(made).toMatchObject({ trees: linked, 'image-fpm': linked });
  expect(Object.keys(made)).not.toContain('build-environment');
  expect(made['image-build-environment']).not.toMatchObject(linked);
});

test('the image to build extensions in is for the CPU that compilers run on', () => {
  const wanted = { kind: 'image', stage: 'build-environment', tag: 'x', digest: 'abc' } as const;
  expect(targets([wanted])['image-build-environment']).toMatchObject({ platforms: ['linux/amd64'] });
});

test('a check of the flags exports nothing', () => {
  expect(targets([{ kind: 'configured' }]).configured).toMatchObject({
    target: 'configured',
    output: ['type=cacheonly'],
  });
});

test('where nothing is cross-compiled, compilers run on the base itself', () => {
  const native = { ...plan, build: { image: plan.baseImage, cpu: plan.cpu } };
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

test('only what is wanted is built', () => {
  const definition = toBakeDefinition(plan, [{ kind: 'configured' }]);
  expect(definition).toMatchObject({ group: { default: { targets: ['configured'] } } });
});

test.each([
  ['x86', 'bref/', 'latest', 'bref/php-82:latest'],
  ['arm', 'bref/', 'latest', 'bref/arm-php-82:latest'],
  ['x86', 'ghcr.io/me/my-', 'v1', 'ghcr.io/me/my-php-82:v1'],
] as const)('images of %s with the prefix %s and the tag %s', (cpu, imagePrefix, imageTag, name) => {
  const names = imageTags({ phpVersion: '82', cpu, imagePrefix, imageTag }).map(({ tag }) => tag);
  expect(names).toEqual([
    name.replace('php-82', 'build-php-82'),
    name,
    name.replace('php-82', 'php-82-fpm'),
    name.replace('php-82', 'php-82-console'),
    name.replace('php-82', 'php-82-fpm-dev'),
  ]);
});

test.each([
  [undefined, ['docker', 'buildx', 'bake']],
  ['remote', ['docker', 'buildx', '--builder', 'remote', 'bake']],
  ['depot', ['depot', 'bake']],
] as const)('the builder %s is asked by its own command', (builder, command) => {
  expect(bakeCommand('docker', builder)).toEqual([...command, '--progress', 'rawjson', '--file', '-']);
});

test('layers carry the prefix of their CPU, but console serves both', () => {
  expect(layerNames('83', 'arm')).toEqual({
    function: 'arm-php-83',
    fpm: 'arm-php-83-fpm',
    console: 'console',
  });
});

test('the Debian base is made for the wanted CPU from the given mirrors', () => {
  expect(mmdebstrap('/tmp/base.tar', 'arm', ['deb http://mirror.example bookworm main'])).toEqual([
    'mmdebstrap',
    '--variant=minbase',
    '--architectures=arm64',
    'bookworm',
    '/tmp/base.tar',
    'deb http://mirror.example bookworm main',
  ]);
});
