import { afterEach, expect, test, vi } from 'vitest';
import { InputError } from '#lib/node/errors.ts';
import {
  assignments,
  flag,
  integer,
  list,
  matching,
  oneOf,
  optionalList,
  optionalText,
  text,
} from '#lib/node/inputs.ts';

afterEach(() => vi.unstubAllEnvs());

const word = () =>
  matching('word', /^[a-z]+$/, (got) => `Input "word" must have lower-case letters only; got ${got}.`);

test.each<[string, () => unknown, string, unknown]>([
  ['text', () => text('word'), ' a b ', 'a b'],
  ['optionalText', () => optionalText('word'), '', undefined],
  ['matching', word, 'abc', 'abc'],
  ['oneOf', () => oneOf('word', ['a', 'b']), 'b', 'b'],
  ['flag', () => flag('word'), 'true', true],
  ['integer', () => integer('word', 1, 10), '10', 10],
  ['list', () => list('word'), 'a, b\nc', ['a', 'b', 'c']],
  ['optionalList', () => optionalList('word'), '', []],
  ['assignments', () => assignments('word'), 'A=1\nB=x=y', { A: '1', B: 'x=y' }],
])('%s reads %j', (_function, read, value, expected) => {
  vi.stubEnv('INPUT_WORD', value);
  expect(read()).toEqual(expected);
});

test.each<[string, () => unknown, string, string]>([
  ['text', () => text('word'), '', 'Input "word" is required.'],
  ['matching', word, 'A"c', 'Input "word" must have lower-case letters only; got "A\\"c".'],
  ['matching', word, '', 'Input "word" is required.'],
  ['oneOf', () => oneOf('word', ['a', 'b']), 'c', 'Input "word" must be one of a, b; got "c".'],
  ['flag', () => flag('word'), 'True', 'Input "word" must be one of true, false; got "True".'],
  [
    'integer',
    () => integer('word', 1, 10),
    '11',
    'Input "word" must be a whole number from 1 to 10; got "11".',
  ],
  [
    'integer',
    () => integer('word', 1, 10),
    '1e1',
    'Input "word" must be a whole number from 1 to 10; got "1e1".',
  ],
  ['list', () => list('word'), ' , ', 'Input "word" must list at least one item.'],
  [
    'assignments',
    () => assignments('word'),
    'A=1\nB',
    'Input "word" must have lines of the form NAME=value; got "B".',
  ],
])('%s rejects an invalid value with a whole sentence', (_function, read, value, message) => {
  vi.stubEnv('INPUT_WORD', value);
  expect(read).toThrow(new InputError(message));
});
