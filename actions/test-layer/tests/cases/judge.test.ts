import { expect, test } from 'vitest';
import { parseExpectation } from '../../src/cases/expectation.ts';
import { type Answer, judgeAnswers, parseAnswer } from '../../src/cases/judge.ts';
import { createReject } from '../../src/cases/options.ts';

function exchangesOf(expected: unknown, event?: unknown) {
  return parseExpectation(expected, event, createReject('expected.json')).exchanges;
}

/** Creates an `invoke` that returns these answers one after the other. */
function answerWith(...answers: readonly Partial<Answer>[]) {
  const remaining = [...answers];
  const events: unknown[] = [];
  const invoke = async (event: unknown) => {
    events.push(event);
    return { value: undefined, isError: undefined, ...remaining.shift() };
  };
  return { invoke, events };
}

test('sends events in order and judges every answer', async () => {
  const tested = answerWith({ value: 1 }, { value: 9 }, { value: 8 });
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

test('repeats an event until one answer differs', async () => {
  const tested = answerWith({ value: 1 }, { value: 1 }, { value: 2 }, { value: 3 });
  expect(await judgeAnswers(exchangesOf({ answer: 1, repeat: 200 }, 'a'), tested.invoke)).toEqual([
    { path: '(3 of 200) answer', expected: 1, got: 2 },
  ]);
  expect(tested.events).toHaveLength(3);
});

test.each<[string, Partial<Answer>]>([
  ['the emulator', { value: 'Task timed out after 3.00 seconds' }],
  [
    'Lambda today',
    {
      value: {
        errorType: 'Sandbox.Timedout',
        errorMessage: 'RequestId: 1 Error: Task timed out after 3.00 seconds',
      },
      isError: true,
    },
  ],
  [
    'an earlier Lambda',
    { value: { errorMessage: '2024-01-01T00:00:00Z 1 Task timed out after 3.00 seconds' }, isError: true },
  ],
])('reports a timeout of %s as the same error', async (_, answer) => {
  const error = { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 3.00 seconds' };
  expect(await judgeAnswers(exchangesOf({ error }, 1), answerWith(answer).invoke)).toEqual([]);
});

test('distinguishes an error from an answer that looks like one if the target marks errors', async () => {
  const value = { errorType: 'Exception' };
  expect(
    await judgeAnswers(
      exchangesOf({ error: 'Exception' }, 1),
      answerWith({ value, isError: undefined }).invoke,
    ),
  ).toEqual([]);
  expect(
    await judgeAnswers(exchangesOf({ error: 'Exception' }, 1), answerWith({ value, isError: true }).invoke),
  ).toEqual([]);
  expect(
    await judgeAnswers(exchangesOf({ error: 'Exception' }, 1), answerWith({ value, isError: false }).invoke),
  ).toMatchObject([{ path: 'error', rule: 'an error', got: value }]);
});

test('reports an error of another type', async () => {
  const tested = answerWith({ value: { errorType: 'ParseError' } });
  expect(await judgeAnswers(exchangesOf({ error: 'TypeError' }, 1), tested.invoke)).toEqual([
    { path: 'error.errorType', expected: 'TypeError', got: 'ParseError' },
  ]);
});

test('reports an answer that exceeds its time limit', async () => {
  const invoke = async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return { value: 1, isError: undefined };
  };
  expect(await judgeAnswers(exchangesOf({ answer: 1, within: 0.05 }, 1), invoke)).toMatchObject([
    { path: 'answer time in seconds', rule: 'at most 0.05', expected: 0.05 },
  ]);
  expect(await judgeAnswers(exchangesOf({ answer: 1, within: 60 }, 1), invoke)).toEqual([]);
});

test.each([
  ['{"a":1}', { value: { a: 1 }, isError: undefined }],
  ['text', { value: 'text', isError: undefined }],
  ['', { value: undefined, isError: true }],
])('parses the answer %j', (text, answer) => {
  expect(parseAnswer(text)).toEqual(answer);
});
