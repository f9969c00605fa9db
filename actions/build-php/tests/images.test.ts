import { expect, test } from 'vitest';
import { imageTags } from '../src/images.ts';

test.each([
  ['x86', 'bref/', 'latest', 'bref/php-82:latest'],
  ['arm', 'bref/', 'latest', 'bref/arm-php-82:latest'],
  ['x86', 'ghcr.io/me/my-', 'v1', 'ghcr.io/me/my-php-82:v1'],
] as const)(
  'names the images for %s with the prefix %s and the tag %s',
  (cpu, imagePrefix, imageTag, name) => {
    const names = imageTags({ phpVersion: '82', cpu, imagePrefix, imageTag }).map(({ tag }) => tag);
    expect(names).toEqual([
      name.replace('php-82', 'build-php-82'),
      name,
      name.replace('php-82', 'php-82-fpm'),
      name.replace('php-82', 'php-82-console'),
      name.replace('php-82', 'php-82-fpm-dev'),
    ]);
  },
);
