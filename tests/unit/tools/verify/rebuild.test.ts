import { expect, test } from 'vitest';
import { findCommonBuild } from '../../../../tools/verify/rebuild.ts';

test.each([
  [['php-82'], { php: '82', cpu: 'x86' }],
  [['arm-php-83-fpm'], { php: '83', cpu: 'arm' }],
  [['arm-php-84', 'arm-php-84-fpm', 'console'], { php: '84', cpu: 'arm' }],
  [['console'], { php: '82', cpu: 'x86' }],
])('finds the build that makes %j', (names, build) => {
  expect(findCommonBuild(names)).toEqual(build);
});

test('rejects a layer of another repository', () => {
  expect(() => findCommonBuild(['my-tool'])).toThrow('"my-tool" is not a layer of this repository');
});

test('rejects layers of two builds', () => {
  expect(() => findCommonBuild(['php-82', 'arm-php-82'])).toThrow('php-82, arm-php-82 need several builds.');
});
