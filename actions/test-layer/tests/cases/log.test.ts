import { expect, test } from 'vitest';
import { findMissing, findUnwanted } from '../../src/cases/log.ts';

test('what a log lacks is named, text or pattern', () => {
  const wanted = ['a', 'b', { $matches: 'x.x$' }, { $matches: '^a' }];
  expect(findMissing(wanted, 'xax')).toEqual(['log: "b" is not in it', 'log: /^a/ is not in it']);
});

test('what a log has and must not have is named', () => {
  const unwanted = ['secret', { $matches: 'Warning: .*' }, 'other'];
  expect(findUnwanted(unwanted, 'a secret, Warning: b')).toEqual([
    'log: "secret" must not be in it',
    'log: /Warning: .*/ must not be in it',
  ]);
});
