import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/cases/expectation.ts';
import { createReject } from '../../src/cases/options.ts';

const reject = createReject('a/expected.json');
const schema = JSON.parse(readFileSync('actions/test-layer/schemas/expected.schema.json', 'utf8'));
const options = JSON.parse(readFileSync('actions/test-layer/schemas/options.schema.json', 'utf8'));
const matchesSchema = new Ajv2020({ schemas: [options], strictRequired: false, strictTypes: false }).compile(
  schema,
);

describe('parseExpectation', () => {
  test('combines an answer with the event of event.json', () => {
    expect(parseExpectation({ answer: null }, { a: 1 }, reject)).toEqual({
      exchanges: [{ event: { a: 1 }, answer: null, repeat: 1 }],
      log: [],
      notInLog: [],
    });
  });

  test('reads several events', () => {
    const events = [
      { event: 1, answer: 1, within: 2.5 },
      { event: 2, repeat: 200 },
      { event: 3, error: 'E' },
    ];
    expect(
      parseExpectation({ events, log: ['x'], notInLog: [{ $matches: 'y' }] }, undefined, reject),
    ).toEqual({
      exchanges: [
        { event: 1, answer: 1, within: 2.5, repeat: 1 },
        { event: 2, repeat: 200 },
        { event: 3, error: { errorType: 'E' }, repeat: 1 },
      ],
      log: ['x'],
      notInLog: [{ $matches: 'y' }],
    });
  });

  test.each<[string, unknown, unknown?]>([
    ['an error type', { error: 'Exception' }, 1],
    ['an error object', { error: { errorType: 'Exception', errorMessage: { $matches: '^a' } } }, 1],
    ['only a log', { log: ['a'] }, 1],
    ['only a forbidden log text', { notInLog: ['a'] }, 1],
    ['only a time limit', { within: 1 }, 1],
    ['a schema for editors', { $schema: '../schema.json', answer: 1 }, 1],
    ['an exact answer', { answer: { $exactly: {} } }, 1],
  ])('accepts %s, as the schema does', (_, value, event) => {
    expect(parseExpectation(value, event, reject)).toBeDefined();
    expect(matchesSchema(value)).toBe(true);
  });

  test.each<[string, unknown, unknown, string]>([
    ['is not an object', [], 1, 'The content must be a JSON object.'],
    ['has a misspelled key', { answers: 1 }, 1, 'The key "answers" is unknown. Valid keys: answer, error'],
    [
      'has a text as log',
      { log: 'x' },
      1,
      '"log" must be a list of texts and {"$matches": "pattern"}; got "x".',
    ],
    ['has an empty log text', { log: [''] }, 1, '"log" must be a list of texts'],
    ['has a number as log text', { notInLog: [1] }, 1, '"notInLog" must be a list of texts'],
    ['expects nothing', {}, 1, 'The case expects nothing. Add "answer", "error", "within", "log" or'],
    ['expects nothing of its events', { events: [{ event: 1 }] }, undefined, 'The case expects nothing.'],
    ['has no events', { events: [] }, undefined, '"events" must be a list with at least one event.'],
    [
      'has an answer without event',
      { events: [{ answer: 1 }] },
      undefined,
      'Each of "events" must have an "event"',
    ],
    [
      'has a misspelled key in an event',
      { events: [{ event: 1, anser: 1 }] },
      undefined,
      'Each of "events" must have an "event" and may have answer, error, within, repeat; got {"event":1,"anser":1}.',
    ],
    ['has an answer and an error', { answer: 1, error: 'E' }, 1, '"answer" and "error" cannot be combined.'],
    [
      'has a number as error',
      { error: 1 },
      1,
      '"error" must be an error type or an object with "errorType"; got 1.',
    ],
    [
      'has a time limit of 0',
      { answer: 1, within: 0 },
      1,
      '"within" must be a number of seconds greater than 0; got 0.',
    ],
    ['has a time limit as text', { answer: 1, within: '1' }, 1, '"within" must be a number of seconds'],
    [
      'has 0 repetitions',
      { answer: 1, repeat: 0 },
      1,
      '"repeat" must be a whole number from 1 to 10000; got 0.',
    ],
    ['has a fraction of repetitions', { answer: 1, repeat: 1.5 }, 1, '"repeat" must be a whole number'],
  ])('rejects a file that %s, as the schema does', (_, value, event, message) => {
    expect(() => parseExpectation(value, event, reject)).toThrow(`a/expected.json: ${message}`);
    expect(matchesSchema(value)).toBe(false);
  });

  // A schema cannot check other files or regular expressions.
  test.each<[string, unknown, unknown, string]>([
    ['has no event', { answer: 1 }, undefined, 'There is no event. Add an event.json or the key "events".'],
    [
      'has events twice',
      { events: [{ event: 1, answer: 1 }] },
      1,
      'The key "events" cannot be combined with an event.json',
    ],
    [
      'has an invalid pattern',
      { answer: { a: { $matches: '(' } } },
      1,
      '"$matches" must be a regular expression; got "(".',
    ],
    [
      'has an invalid pattern in an error',
      { error: { errorType: { $matches: '[' } } },
      1,
      '"$matches" must be a regular expression; got "[".',
    ],
    [
      'has an invalid pattern in a log',
      { log: [{ $matches: '*' }] },
      1,
      '"$matches" must be a regular expression; got',
    ],
  ])('rejects a file that %s', (_, value, event, message) => {
    expect(() => parseExpectation(value, event, reject)).toThrow(`a/expected.json: ${message}`);
  });
});
