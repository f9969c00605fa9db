import { expect, test } from 'vitest';
import { commonBuild } from '../../../../tools/verify/rebuild.ts';

test.each([
  [['php-82'], { php: '82', cpu: 'x86' }],
  [['arm-php-83-fpm'], { php: '83', cpu: 'arm' }],
  [['arm-php-84', 'arm-php-84-fpm', 'console'], { php: '84', cpu: 'arm' }],
  [['console'], { php: '82', cpu: 'x86' }],
])('%j are made by one build', (names, build) => {
  expect(commonBuild(names)).toEqual(build);
});

test('a layer of somebody else cannot be built anew', () => {
  expect(() => commonBuild(['my-tool'])).toThrow('"my-tool" is not a layer of this repository');
});

test('layers of two builds are refused', () => {
  expect(() => commonBuild(['php-82', 'arm-php-82'])).toThrow('are made by several builds');
});
