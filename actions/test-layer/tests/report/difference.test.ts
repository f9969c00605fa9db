import { expect, test } from 'vitest';
import { describeReason } from '../../src/report/difference.ts';

const path = 'answer.body';

test.each([
  ['a sentence', 'exit code 3', 'exit code 3'],
  ['short values', { path, expected: 200, got: 500 }, 'answer.body: expected 200, got 500'],
  [
    'a value that is missing',
    { path, expected: 'a', got: undefined },
    'answer.body: expected "a", got nothing',
  ],
  [
    'a rule',
    { path, rule: 'a string that matches /^a/', expected: '^a', got: 'b' },
    'answer.body: expected a string that matches /^a/, got "b"',
  ],
])('%s is one line', (_, reason, text) => {
  expect(describeReason(reason)).toBe(text);
});

test('long texts are compared line by line, with a little around what differs', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const got = lines.with(20, 'another line').join('\n');
  expect(describeReason({ path, expected: lines.join('\n'), got })).toBe(
    [
      'answer.body: - expected, + got',
      '@@ line 19 of what is expected, 19 of what was got',
      ' line 18',
      ' line 19',
      '-line 20',
      '+another line',
      ' line 21',
      ' line 22',
    ].join('\n'),
  );
});

test('large objects are compared line by line', () => {
  const expected = { headers: { 'content-type': 'text/html' }, cookies: ['a=1', 'b=2'], statusCode: 200 };
  const got = { ...expected, cookies: ['a=1', 'b=3', 'c=4'] };
  expect(describeReason({ path: 'answer', expected, got })).toContain('-    "b=2"\n+    "b=3",\n+    "c=4"');
});

test('a long line is shown from where it begins to differ', () => {
  const text = describeReason({ path, expected: `${'x'.repeat(5000)}AB`, got: `${'x'.repeat(5000)}CD` });
  expect(text).toBe(
    'answer.body: expected (5002 characters) and got (5002) differ, from character 5000 on\n' +
      `- …${'x'.repeat(30)}AB\n+ …${'x'.repeat(30)}CD`,
  );
});

test('what is shown of an answer of 6 MB can be read', () => {
  const text = describeReason({
    path,
    expected: 'a'.repeat(6e6),
    got: Array.from({ length: 1e6 }, () => 'b'),
  });
  expect(text.length).toBeLessThan(2500);
  const matched = { path, rule: 'a string that matches /^a/', expected: '^a', got: 'b'.repeat(6e6) };
  expect(describeReason(matched).length).toBeLessThan(2000);
});

test('a comparison of many lines is cut', () => {
  const lines = (word: string) => Array.from({ length: 500 }, (_, index) => `${word} ${index}`).join('\n');
  const text = describeReason({ path, expected: lines('a'), got: lines('b') });
  expect(text.split('\n').length).toBeLessThan(50);
  expect(text).toMatch(/\(\d+ lines left out\)$/);
});

test('a comparison that would take minutes is not made', () => {
  const lines = (word: string) => Array.from({ length: 50_000 }, (_, index) => `${word}${index}`).join('\n');
  expect(describeReason({ path, expected: lines('a'), got: lines('b') })).toContain('differ\n- a0');
});
