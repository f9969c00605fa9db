import { expect, test } from 'vitest';
import { describeReason } from '../src/describe-reason.ts';

const path = 'answer.body';

test.each([
  ['a sentence', 'exit code 3', 'exit code 3'],
  ['short values', { path, expected: 200, got: 500 }, 'answer.body: expected 200, got 500'],
  ['a missing value', { path, expected: 'a', got: undefined }, 'answer.body: expected "a", got nothing'],
  [
    'a rule',
    { path, rule: 'a string that matches /^a/', expected: '^a', got: 'b' },
    'answer.body: expected a string that matches /^a/, got "b"',
  ],
])('describes %s in one line', (_, reason, text) => {
  expect(describeReason(reason)).toBe(text);
});

test('compares long texts line by line, with the lines around each difference', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const got = lines.with(20, 'another line').join('\n');
  expect(describeReason({ path, expected: lines.join('\n'), got })).toBe(
    [
      'answer.body: - expected, + got',
      '@@ line 19 of the expected value, line 19 of the actual value',
      ' line 18',
      ' line 19',
      '-line 20',
      '+another line',
      ' line 21',
      ' line 22',
    ].join('\n'),
  );
});

test('compares large objects line by line', () => {
  const expected = { headers: { 'content-type': 'text/html' }, cookies: ['a=1', 'b=2'], statusCode: 200 };
  const got = { ...expected, cookies: ['a=1', 'b=3', 'c=4'] };
  expect(describeReason({ path: 'answer', expected, got })).toContain('-    "b=2"\n+    "b=3",\n+    "c=4"');
});

test('shows long lines from their first difference', () => {
  const text = describeReason({ path, expected: `${'x'.repeat(5000)}AB`, got: `${'x'.repeat(5000)}CD` });
  expect(text).toBe(
    'answer.body: expected 5002 characters, got 5002; they differ from character 5000\n' +
      `- …${'x'.repeat(30)}AB\n+ …${'x'.repeat(30)}CD`,
  );
});

test('shortens an answer of 6 MB to a readable text', () => {
  const text = describeReason({
    path,
    expected: 'a'.repeat(6e6),
    got: Array.from({ length: 1e6 }, () => 'b'),
  });
  expect(text.length).toBeLessThan(2500);
  const matched = { path, rule: 'a string that matches /^a/', expected: '^a', got: 'b'.repeat(6e6) };
  expect(describeReason(matched).length).toBeLessThan(2000);
});

test('cuts a comparison of many lines', () => {
  const lines = (word: string) => Array.from({ length: 500 }, (_, index) => `${word} ${index}`).join('\n');
  const text = describeReason({ path, expected: lines('a'), got: lines('b') });
  expect(text.split('\n').length).toBeLessThan(50);
  expect(text).toMatch(/\(\d+ lines omitted\)$/);
});

test('skips a line-by-line comparison that would take minutes', () => {
  const lines = (word: string) => Array.from({ length: 50_000 }, (_, index) => `${word}${index}`).join('\n');
  expect(describeReason({ path, expected: lines('a'), got: lines('b') })).toContain('differ\n- a0');
});
