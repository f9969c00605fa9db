import { describe, expect, test } from 'vitest';
import { compare } from '../../src/cases/compare.ts';

describe('compare', () => {
  test.each([
    ['equal scalars', 1, 1],
    ['null', null, null],
    ['an object with additional keys', { statusCode: 200 }, { statusCode: 200, body: 'x' }],
    ['a nested object with additional keys', { headers: { a: 'b' } }, { headers: { a: 'b', c: 'd' }, e: 1 }],
    ['equal lists', [1, { a: 2 }], [1, { a: 2, b: 3 }]],
    ['a string that matches a pattern', { $matches: '^Task timed out' }, 'Task timed out after 3.00 seconds'],
    ['a nested pattern', { a: [{ $matches: 'b.d' }] }, { a: ['abcde'] }],
    ['an object that has $matches and more', { $matches: 'a', b: 1 }, { $matches: 'a', b: 1 }],
    ['an exact object', { $exactly: { a: [1, { b: null }] } }, { a: [1, { b: null }] }],
    ['a nested exact object', { h: { $exactly: {} }, b: 1 }, { h: {}, b: 1, c: 2 }],
    ['a key that must be absent', { a: { $absent: true } }, { b: 1 }],
  ])('accepts %s', (_, expected, got) => {
    expect(compare(expected, got, 'answer')).toEqual([]);
  });

  test.each<[string, unknown, unknown, string, unknown, unknown]>([
    ['another number', 1, 2, 'answer', 1, 2],
    ['another type', 1, '1', 'answer', 1, '1'],
    ['a missing key', { a: 1 }, {}, 'answer.a', 1, undefined],
    ['a key of the prototype', { toString: 1 }, {}, 'answer.toString', 1, undefined],
    ['null for an object', { a: 1 }, null, 'answer', { a: 1 }, null],
    ['a list for an object', { length: 1 }, [1], 'answer', { length: 1 }, [1]],
    ['a longer list', [1], [1, 2], 'answer', [1], [1, 2]],
    ['another item', [1, 2], [1, 3], 'answer[1]', 2, 3],
    ['another header', { 'content-type': 'a' }, { 'content-type': 'b' }, 'answer["content-type"]', 'a', 'b'],
    ['an additional key', { $exactly: { a: 1 } }, { a: 1, b: 2 }, 'answer', { a: 1 }, { a: 1, b: 2 }],
  ])('reports %s with its path', (_, expected, got, path, wanted, found) => {
    expect(compare(expected, got, 'answer')).toEqual([{ path, expected: wanted, got: found }]);
  });

  test.each([
    ['a text that does not match', { $matches: '^a' }, 'ba', 'a string that matches /^a/'],
    ['a number that does not match', { $matches: '1' }, 1, 'a string that matches /1/'],
    ['a key that must be absent', { $absent: true }, null, 'nothing'],
  ])('reports %s with the rule', (_, expected, got, rule) => {
    expect(compare({ a: expected }, { a: got }, 'answer')).toMatchObject([{ path: 'answer.a', rule, got }]);
  });

  test('reports every difference', () => {
    const paths = compare({ a: 1, b: { c: 2 } }, { a: 0, b: { c: 0 } }, 'answer').map(({ path }) => path);
    expect(paths).toEqual(['answer.a', 'answer.b.c']);
  });
});
