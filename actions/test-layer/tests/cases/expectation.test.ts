import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parseExpectation } from '../../src/cases/expectation.ts';
import { refuserOf } from '../../src/cases/options.ts';

const refuse = refuserOf('a/expected.json');
const schema = JSON.parse(readFileSync('actions/test-layer/schemas/expected.schema.json', 'utf8'));
const options = JSON.parse(readFileSync('actions/test-layer/schemas/options.schema.json', 'utf8'));
const matchesSchema = new Ajv2020({ schemas: [options], strictRequired: false, strictTypes: false }).compile(
  schema,
);

describe('an expected.json', () => {
  test('with an answer is about the event beside it', () => {
    expect(parseExpectation({ answer: null }, { a: 1 }, refuse)).toEqual({
      exchanges: [{ event: { a: 1 }, answer: null, repeat: 1 }],
      log: [],
      notInLog: [],
    });
  });

  test('with events brings its own', () => {
    const events = [
      { event: 1, answer: 1, within: 2.5 },
      { event: 2, repeat: 200 },
      { event: 3, error: 'E' },
    ];
    expect(
      parseExpectation({ events, log: ['x'], notInLog: [{ $matches: 'y' }] }, undefined, refuse),
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
    ['an error by its type', { error: 'Exception' }, 1],
    ['an error by more', { error: { errorType: 'Exception', errorMessage: { $matches: '^a' } } }, 1],
    ['only a log', { log: ['a'] }, 1],
    ['only what must not be logged', { notInLog: ['a'] }, 1],
    ['only a time', { within: 1 }, 1],
    ['a name for editors', { $schema: '../schema.json', answer: 1 }, 1],
    ['an exact answer', { answer: { $exactly: {} } }, 1],
  ])('with %s is taken, by its schema too', (_, value, event) => {
    expect(parseExpectation(value, event, refuse)).toBeDefined();
    expect(matchesSchema(value)).toBe(true);
  });

  test.each<[string, unknown, unknown, string]>([
    ['is no object', [], 1, 'must be a JSON object'],
    ['has a typing error', { answers: 1 }, 1, 'has the unknown key "answers"; known are answer, error'],
    ['has a log that is no list', { log: 'x' }, 1, 'must have a "log" that is a list of texts'],
    ['has an empty text', { log: [''] }, 1, 'must have a "log" that is a list of texts'],
    ['has a number to log', { notInLog: [1] }, 1, 'must have a "notInLog" that is a list of texts'],
    ['expects nothing', {}, 1, 'expects nothing; it must have an "answer", an "error", a "log" or "within"'],
    ['expects nothing of its events', { events: [{ event: 1 }] }, undefined, 'expects nothing'],
    ['has no events', { events: [] }, undefined, 'must have at least one of "events"'],
    ['has an event without event', { events: [{ answer: 1 }] }, undefined, 'must have "events" of the form'],
    [
      'has a typing error in an event',
      { events: [{ event: 1, anser: 1 }] },
      undefined,
      'must have "events" of',
    ],
    [
      'has an answer and an error',
      { answer: 1, error: 'E' },
      1,
      'must have either an "answer" or an "error"',
    ],
    ['has an error that is a number', { error: 1 }, 1, 'must have an "error" that is a type or an object'],
    ['has no time', { answer: 1, within: 0 }, 1, 'must have a "within" of more than 0 seconds'],
    ['has a time in text', { answer: 1, within: '1' }, 1, 'must have a "within" of more than 0 seconds'],
    ['repeats never', { answer: 1, repeat: 0 }, 1, 'must have a "repeat" of 1 to 10000'],
    ['repeats half', { answer: 1, repeat: 1.5 }, 1, 'must have a "repeat" of 1 to 10000'],
  ])('that %s is refused, by its schema too', (_, value, event, message) => {
    expect(() => parseExpectation(value, event, refuse)).toThrow(`"a/expected.json" ${message}`);
    expect(matchesSchema(value)).toBe(false);
  });

  // What a schema cannot see: other files, and what a pattern is.
  test.each<[string, unknown, unknown, string]>([
    ['has no event', { answer: 1 }, undefined, 'needs an event.json beside it, or the key "events"'],
    [
      'has events twice',
      { events: [{ event: 1, answer: 1 }] },
      1,
      'must have either "events" or an event.json',
    ],
    [
      'has a pattern that is none',
      { answer: { a: { $matches: '(' } } },
      1,
      'has the pattern "(", which is not',
    ],
    [
      'has an error pattern that is none',
      { error: { errorType: { $matches: '[' } } },
      1,
      'has the pattern "["',
    ],
    ['has a log pattern that is none', { log: [{ $matches: '*' }] }, 1, 'has the pattern "*", which is not'],
  ])('that %s is refused', (_, value, event, message) => {
    expect(() => parseExpectation(value, event, refuse)).toThrow(`"a/expected.json" ${message}`);
  });
});
