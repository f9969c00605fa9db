import { expect, test } from 'vitest';
import { recordLog } from '../../../../tests/helpers/workspace.ts';
import { logResult } from '../../src/report/console.ts';
import { failed, passed } from './fixtures.ts';

test('a passed case is one line with the progress', () => {
  const { log, lines } = recordLog();
  logResult(passed, { done: 3, all: 41 }, log);
  expect(lines).toEqual(['info [ 3/41] ok    function/scripts/curl.php (250 ms)']);
});

test('a failed case is an error with its reasons, then its log and the command that runs it again', () => {
  const { log, lines } = recordLog();
  logResult(failed, { done: 10, all: 41 }, log);
  expect(lines).toEqual([
    'error [10/41] FAIL  function/invocations/echo (500 ms)\n      answer.a: expected 1, got "<&>"\n      exit code 3',
    'info     | first',
    'info     | second \u001b[31mred',
    'info     again: again echo',
  ]);
});

test('of a long log the end is shown', () => {
  const { log, lines } = recordLog();
  const long = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
  logResult({ ...failed, log: long }, { done: 1, all: 1 }, log);
  expect(lines.slice(1, 3)).toEqual(['info     | (20 lines left out)', 'info     | line 20']);
  expect(lines.at(-2)).toBe('info     | line 99');
});

test('of a long line the beginning is shown', () => {
  const { log, lines } = recordLog();
  logResult({ ...failed, log: 'x'.repeat(50_000) }, { done: 1, all: 1 }, log);
  expect(lines[1]).toBe(`info     | ${'x'.repeat(1000)}… (50000 characters)`);
});
