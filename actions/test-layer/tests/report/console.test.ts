import { expect, test } from 'vitest';
import { recordLog } from '../../../../tests/fixtures/workspace.ts';
import type { Paint } from '../../src/report/color.ts';
import { logResult } from '../../src/report/console.ts';
import { failed, passed } from './fixtures.ts';

const plain: Paint = (_color, text) => text;

test('logs a passed case as one line with the progress', () => {
  const { log, lines } = recordLog();
  logResult(passed, { done: 3, all: 41 }, log, plain);
  expect(lines).toEqual(['info [ 3/41] ok    function/scripts/curl.php (250 ms)']);
});

test('logs a failed case as an error with its reasons, then its log and the command that runs it again', () => {
  const { log, lines } = recordLog();
  logResult(failed, { done: 10, all: 41 }, log, plain);
  expect(lines).toEqual([
    'error [10/41] FAIL  function/invocations/echo (500 ms)\n      answer.a: expected 1, got "<&>"\n      exit code 3',
    'info     | first',
    'info     | second \u001b[31mred',
    'info     Run again: make echo',
  ]);
});

test('shows the end of a long log', () => {
  const { log, lines } = recordLog();
  const long = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
  logResult({ ...failed, log: long }, { done: 1, all: 1 }, log, plain);
  expect(lines.slice(1, 3)).toEqual(['info     | (20 lines omitted)', 'info     | line 20']);
  expect(lines.at(-2)).toBe('info     | line 99');
});

test('shows the beginning of a long line', () => {
  const { log, lines } = recordLog();
  logResult({ ...failed, log: 'x'.repeat(50_000) }, { done: 1, all: 1 }, log, plain);
  expect(lines[1]).toBe(`info     | ${'x'.repeat(1000)}… (50000 characters)`);
});

test('colors only the marks', () => {
  const { log, lines } = recordLog();
  const paint: Paint = (color, text) => `<${color}>${text}</${color}>`;
  logResult(passed, { done: 1, all: 2 }, log, paint);
  logResult(failed, { done: 2, all: 2 }, log, paint);
  expect(lines[0]).toBe('info [1/2] <green>ok</green>    function/scripts/curl.php (250 ms)');
  expect(lines[1]).toMatch(/^error \[2\/2\] <red>FAIL<\/red> {2}function\/invocations\/echo \(500 ms\)\n/);
});
