import { expect, test } from 'vitest';
import { type BuildPlan, imageTags, toBakeDefinition } from '../../../actions/build-php/src/bake.ts';
import { mmdebstrap } from '../../../actions/build-php/src/base.ts';
import { layerNames } from '../../../actions/build-php/src/trees.ts';

const plan: BuildPlan = {
  phpVersion: '82',
  cpu: 'arm',
  profile: 'release',
  configureFlags: '--enable-calendar',
  cache: false,
  context: '/suite/php-82',
  baseImage: 'bref/base-debian-12:arm',
  contexts: { sources: '/suite/output/sources' },
  trees: '/suite/output/trees',
  digest: 'abc',
};

test('a build is one bake definition of the trees and every image', () => {
  const definition = toBakeDefinition(plan) as { target: Record<string, object> };
  expect(Object.keys(definition.target)).toEqual([
    'trees',
    'image-build-environment',
    'image-function',
    'image-fpm',
    'image-console',
  ]);
  expect(definition.target.trees).toEqual({
    context: '/suite/php-82',
    contexts: { base: 'docker-image://bref/base-debian-12:arm', sources: '/suite/output/sources' },
    args: { PROFILE: 'release', PHP_COMPILATION_FLAGS: '--enable-calendar' },
    platforms: ['linux/arm64'],
    'no-cache': true,
    target: 'trees',
    output: ['type=local,dest=/suite/output/trees'],
  });
  expect(definition.target['image-fpm']).toMatchObject({
    target: 'fpm',
    tags: ['bref/arm-php-82-fpm'],
    labels: { 'org.bref.build-inputs': 'abc' },
    output: ['type=docker'],
  });
});

test.each([
  ['x86', ['bref/build-php-82', 'bref/php-82', 'bref/php-82-fpm', 'bref/php-82-console']],
  ['arm', ['bref/arm-build-php-82', 'bref/arm-php-82', 'bref/arm-php-82-fpm', 'bref/arm-php-82-console']],
] as const)('images of %s have their known names', (cpu, names) => {
  expect(Object.values(imageTags('82', cpu))).toEqual(names);
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
