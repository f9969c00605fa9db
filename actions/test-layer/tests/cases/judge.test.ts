import { expect, test } from 'vitest';
import { parseExpectation } from '../../src/cases/expectation.ts';
import { type Answer, judgeAnswers, parseAnswer } from '../../src/cases/judge.ts';
import { refuserOf } from '../../src/cases/options.ts';

function exchangesOf(expected: unknown, event?: unknown) {
  return parseExpectation(expected, event, refuserOf('expected.json')).exchanges;
}

/** Answers each event with the next of these. */
function answering(...answers: readonly Partial<Answer>[]) {
  const left = [...answers];
  const events: unknown[] = [];
  const invoke = async (event: unknown) => {
    events.push(event);
    return { value: undefined, isError: undefined, ...left.shift() };
  };
  return { invoke, events };
}

test('events are sent in their order, and every one is judged', async () => {
  const tested = answering({ value: 1 }, { value: 9 }, { value: 8 });
  const exchanges = exchangesOf({
    events: [
      { event: 'a', answer: 1 },
      { event: 'b', answer: 2 },
      { event: 'c', answer: 3 },
    ],
  });
  expect(await judgeAnswers(exchanges, tested.invoke)).toEqual([
    { path: 'events[1].answer', expected: 2, got: 9 },
    { path: 'events[2].answer', expected: 3, got: 8 },
  ]);
  expect(tested.events).toEqual(['a', 'b', 'c']);
});

test('a repeated event is sent again and again, until one answer differs', async () => {
  const tested = answering({ value: 1 }, { value: 1 }, { value: 2 }, { value: 3 });
  expect(await judgeAnswers(exchangesOf({ answer: 1, repeat: 200 }, 'a'), tested.invoke)).toEqual([
    { path: '(3 of 200) answer', expected: 1, got: 2 },
  ]);
  expect(tested.events).toHaveLength(3);
});

test.each<[string, Partial<Answer>]>([
  ['the emulator says', { value: 'Task timed out after 3.00 seconds' }],
  [
    'Lambda says',
    {
      value: {
        errorType: 'Sandbox.Timedout',
        errorMessage: 'RequestId: 1 Error: Task timed out after 3.00 seconds',
      },
      isError: true,
    },
  ],
  [
    'Lambda said',
    { value: { errorMessage: '2024-01-01T00:00:00Z 1 Task timed out after 3.00 seconds' }, isError: true },
  ],
])('a timeout is one error, whatever %s', async (_, answer) => {
  const error = { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 3.00 seconds' };
  expect(await judgeAnswers(exchangesOf({ error }, 1), answering(answer).invoke)).toEqual([]);
});

test('an answer that only looks like an error is none, where the target tells', async () => {
  const value = { errorType: 'Exception' };
  expect(
    await judgeAnswers(
      exchangesOf({ error: 'Exception' }, 1),
      answering({ value, isError: undefined }).invoke,
    ),
  ).toEqual([]);
  expect(
    await judgeAnswers(exchangesOf({ error: 'Exception' }, 1), answering({ value, isError: true }).invoke),
  ).toEqual([]);
  expect(
    await judgeAnswers(exchangesOf({ error: 'Exception' }, 1), answering({ value, isError: false }).invoke),
  ).toMatchObject([{ path: 'error', rule: 'an error', got: value }]);
});

test('another error than the expected one differs', async () => {
  const tested = answering({ value: { errorType: 'ParseError' } });
  expect(await judgeAnswers(exchangesOf({ error: 'TypeError' }, 1), tested.invoke)).toEqual([
    { path: 'error.errorType', expected: 'TypeError', got: 'ParseError' },
  ]);
});

test('an answer that comes too late differs, whatever it is', async () => {
  const invoke = async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return { value: 1, isError: undefined };
  };
  expect(await judgeAnswers(exchangesOf({ answer: 1, within: 0.05 }, 1), invoke)).toMatchObject([
    { path: 'answer', rule: 'one within 0.05 s' },
  ]);
  expect(await judgeAnswers(exchangesOf({ answer: 1, within: 60 }, 1), invoke)).toEqual([]);
});

test.each([
  ['{"a":1}', { value: { a: 1 }, isError: undefined }],
  ['text', { value: 'text', isError: undefined }],
  ['', { value: undefined, isError: true }],
])('the answer %j is parsed', (text, answer) => {
  expect(parseAnswer(text)).toEqual(answer);
});
