import { describe, expect, test } from 'vitest';
import { compare, compareLog, parseExpectation } from '../../../actions/test-layer/src/expectation.ts';

describe('an answer', () => {
  test.each([
    ['equal scalars', 1, 1],
    ['null', null, null],
    ['an object with further keys', { statusCode: 200 }, { statusCode: 200, body: 'x' }],
    ['a nested object with further keys', { headers: { a: 'b' } }, { headers: { a: 'b', c: 'd' }, e: 1 }],
    ['equal lists', [1, { a: 2 }], [1, { a: 2, b: 3 }]],
    ['a string that matches a pattern', { $matches: '^Task timed out' }, 'Task timed out after 3.00 seconds'],
    ['a pattern deep inside', { a: [{ $matches: 'b.d' }] }, { a: ['abcde'] }],
    ['an object that has $matches and more', { $matches: 'a', b: 1 }, { $matches: 'a', b: 1 }],
  ])('passes with %s', (_, expected, got) => {
    expect(compare(expected, got, 'answer')).toEqual([]);
  });

  test.each([
    ['another number', 1, 2, 'answer', '1', '2'],
    ['another type', 1, '1', 'answer', '1', '"1"'],
    ['a missing key', { a: 1 }, {}, 'answer.a', '1', 'nothing'],
    ['a key of the prototype', { toString: 1 }, {}, 'answer.toString', '1', 'nothing'],
    ['null for an object', { a: 1 }, null, 'answer', '{"a":1}', 'null'],
    ['a list for an object', { length: 1 }, [1], 'answer', '{"length":1}', '[1]'],
    ['a longer list', [1], [1, 2], 'answer', '[1]', '[1,2]'],
    ['another item', [1, 2], [1, 3], 'answer[1]', '2', '3'],
    [
      'another header',
      { 'content-type': 'a' },
      { 'content-type': 'b' },
      'answer["content-type"]',
      '"a"',
      '"b"',
    ],
    ['no match', { $matches: '^a' }, 'ba', 'answer', 'a string that matches /^a/', '"ba"'],
    ['no string to match', { $matches: '1' }, 1, 'answer', 'a string that matches /1/', '1'],
  ])('fails with %s, and says where', (_, expected, got, path, wanted, found) => {
    expect(compare(expected, got, 'answer')).toEqual([{ path, expected: wanted, got: found }]);
  });

  test('names every place that differs', () => {
    const paths = compare({ a: 1, b: { c: 2 } }, { a: 0, b: { c: 0 } }, 'answer').map(({ path }) => path);
    expect(paths).toEqual(['answer.a', 'answer.b.c']);
  });

  test('is cut in messages where it is long', () => {
    expect(compare('a', 'b'.repeat(5000), 'answer')[0]?.got).toMatch(/^"b{1999}… \(5002 characters\)$/);
  });
});

test('texts that a log lacks are named', () => {
  expect(compareLog(['a', 'b'], 'xax')).toEqual([
    { path: 'log', expected: '"b" in it', got: 'no such text' },
  ]);
});

describe('an expected.json', () => {
  test('with an answer is about the event beside it', () => {
    expect(parseExpectation({ answer: null }, { a: 1 }, 'f')).toEqual({
      environment: {},
      timeout: 30,
      exchanges: [{ event: { a: 1 }, answer: null }],
      log: [],
    });
  });

  test('with events brings its own', () => {
    const events = [{ event: 1, answer: 1 }, { event: 2 }];
    const value = { events, environment: { BREF_LOOP_MAX: '2' }, timeout: 3, log: ['x'] };
    expect(parseExpectation(value, undefined, 'f')).toEqual({
      environment: { BREF_LOOP_MAX: '2' },
      timeout: 3,
      exchanges: events,
      log: ['x'],
    });
  });

  test.each<[string, unknown, unknown, string]>([
    ['is no object', [], 1, 'must be a JSON object'],
    [
      'has a typing error',
      { answers: 1 },
      1,
      'has the unknown key "answers"; known are environment, timeout',
    ],
    [
      'has an environment of numbers',
      { answer: 1, environment: { A: 1 } },
      1,
      'must have an "environment" of names',
    ],
    ['has a list as environment', { answer: 1, environment: [] }, 1, 'must have an "environment" of names'],
    [
      'has a timeout in text',
      { answer: 1, timeout: '3' },
      1,
      'must have a "timeout" of 1 to 900 whole seconds',
    ],
    ['has a timeout of a fraction', { answer: 1, timeout: 0.5 }, 1, 'must have a "timeout"'],
    ['has a longer timeout than Lambda', { answer: 1, timeout: 901 }, 1, 'must have a "timeout"'],
    ['has a log that is no list', { log: 'x' }, 1, 'must have a "log" that is a list of strings'],
    ['expects nothing', {}, 1, 'expects nothing; it must have an "answer" or a "log"'],
    ['expects nothing of its events', { events: [{ event: 1 }] }, undefined, 'expects nothing'],
    ['has no event', { answer: 1 }, undefined, 'needs an event.json beside it, or the key "events"'],
    [
      'has events twice',
      { events: [{ event: 1, answer: 1 }] },
      1,
      'must have either "events" or an event.json',
    ],
    ['has no events', { events: [] }, undefined, 'must have at least one of "events"'],
    ['has an event without event', { events: [{ answer: 1 }] }, undefined, 'must have "events" of the form'],
    [
      'has an event with a typing error',
      { events: [{ event: 1, anser: 1 }] },
      undefined,
      'must have "events" of',
    ],
    [
      'has a pattern that is none',
      { answer: { a: { $matches: '(' } } },
      1,
      'has the pattern "(", which is not',
    ],
  ])('that %s is refused', (_, value, event, message) => {
    expect(() => parseExpectation(value, event, 'a/expected.json')).toThrow(`"a/expected.json" ${message}`);
  });
});
