import { expect, test } from 'vitest';
import { layerNames } from '../src/trees.ts';

test('puts the prefix of the CPU before every layer but console', () => {
  expect(layerNames('83', 'arm')).toEqual({
    function: 'arm-php-83',
    fpm: 'arm-php-83-fpm',
    console: 'console',
  });
});
