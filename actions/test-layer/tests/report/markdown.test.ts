import { expect, test } from 'vitest';
import { toMarkdown } from '../../src/report/markdown.ts';
import { failed, report } from './fixtures.ts';

test('renders a row for each case, and the reasons of failures with the command', () => {
  const markdown = toMarkdown(report);
  expect(markdown).toContain('### Layer tests on debian-12 (x86): 1 passed, 1 failed');
  expect(markdown).toContain('- `php-82.zip` (SHA-256 `abc=`)');
  expect(markdown).toMatch(/\| function\/scripts\/curl\.php +\| passed +\| +250 \|/);
  expect(markdown).toMatch(/\| function\/invocations\/echo +\| \*\*failed\*\* +\| +500 \|/);
  expect(markdown).toMatch(
    /\| function\/scripts\/lambda\.sh +\| skipped: only for the target "lambda" +\| +\|/,
  );
  expect(markdown).toContain(
    '```text\nanswer.a: expected 1, got "<&>"\nexit code 3\n\nRun again: make echo\n```',
  );
});

test('fences reasons that contain backticks', () => {
  const markdown = toMarkdown({ ...report, results: [{ ...failed, reasons: ['a\n```\n# b'] }] });
  expect(markdown).toContain('````text\na\n```\n# b\n\nRun again: make echo\n````');
});
