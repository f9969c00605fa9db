import { expect, test } from 'vitest';
import { findForbidden, findMissing } from '../../src/cases/log.ts';

test('names missing texts and patterns', () => {
  const wanted = ['a', 'b', { $matches: 'x.x$' }, { $matches: '^a' }];
  expect(findMissing(wanted, 'xax')).toEqual(['log: "b" is missing', 'log: /^a/ is missing']);
});

test('names forbidden texts and patterns', () => {
  const forbidden = ['secret', { $matches: 'Warning: .*' }, 'other'];
  expect(findForbidden(forbidden, 'a secret, Warning: b')).toEqual([
    'log: "secret" must not occur',
    'log: /Warning: .*/ must not occur',
  ]);
});
