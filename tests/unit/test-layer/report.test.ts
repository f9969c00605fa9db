import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Result } from '../../../actions/test-layer/src/execute.ts';
import {
  logResult,
  type Report,
  toJUnit,
  toMarkdown,
  writeReport,
} from '../../../actions/test-layer/src/report.ts';
import { makeWorkspace, recordLog } from './workspace.ts';

const passed: Result = {
  name: 'function/scripts/curl.php',
  source: 'tests/layers/function/scripts/curl.php',
  passed: true,
  milliseconds: 250,
  reasons: [],
  log: '',
};
const failed: Result = {
  name: 'function/invocations/echo',
  source: 'tests/layers/function/invocations/echo/expected.json',
  passed: false,
  milliseconds: 500,
  reasons: ['answer.a: expected 1, got "<&>"', 'log: expected "x" in it, got no such text'],
  log: 'first\nsecond \u001b[31mred\n',
};
const report: Report = {
  root: 'debian-12 (x86)',
  layers: [{ zip: 'php-82.zip', size: 10, sha256: 'abc=' }],
  passed: 1,
  failed: 1,
  results: [passed, failed],
};

test('a passed case is one line', () => {
  const { log, lines } = recordLog();
  logResult(passed, log);
  expect(lines).toEqual(['info ok    function/scripts/curl.php (250 ms)']);
});

test('a failed case is an error with its reasons, and the log of its container', () => {
  const { log, lines } = recordLog();
  logResult(failed, log);
  expect(lines).toEqual([
    'error FAIL  function/invocations/echo (500 ms)\n      answer.a: expected 1, got "<&>"\n      log: expected "x" in it, got no such text',
    'info     | first',
    'info     | second \u001b[31mred',
  ]);
});

test('of a long log the end is shown', () => {
  const { log, lines } = recordLog();
  logResult({ ...failed, log: Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n') }, log);
  expect(lines.slice(1, 3)).toEqual(['info     | (20 lines left out)', 'info     | line 20']);
  expect(lines.at(-1)).toBe('info     | line 99');
});

test('the summary has a row for each case and the reasons of failures', () => {
  const markdown = toMarkdown(report);
  expect(markdown).toContain('### Layer tests on debian-12 (x86): 1 passed, 1 failed');
  expect(markdown).toContain('| function/scripts/curl.php | passed | 250 |');
  expect(markdown).toContain('| function/invocations/echo | **failed** | 500 |');
  expect(markdown).toContain('```text\nanswer.a: expected 1, got "<&>"\n');
});

test('reasons with backticks cannot leave their block', () => {
  const markdown = toMarkdown({ ...report, results: [{ ...failed, reasons: ['a\n```\n# b'] }] });
  expect(markdown).toContain('````text\na\n```\n# b\n````');
});

test('JUnit XML counts, escapes, and has no character that XML forbids', () => {
  const xml = toJUnit(report);
  expect(xml).toContain('<testsuite name="debian-12 (x86)" tests="2" failures="1" time="0.75">');
  expect(xml).toContain('<testcase classname="function" name="function/scripts/curl.php" time="0.25"/>');
  expect(xml).toContain('<failure message="answer.a: expected 1, got &quot;&lt;&amp;&gt;&quot;">');
  expect(xml).toContain('<system-out>first&#10;second \ufffd[31mred&#10;</system-out>');
});

test('a report is written in the format of its name', async () => {
  await using workspace = await makeWorkspace();
  const json = join(workspace.path, 'out/report.json');
  await writeReport(json, report);
  expect(JSON.parse(await readFile(json, 'utf8'))).toEqual(report);
  const xml = join(workspace.path, 'report.xml');
  await writeReport(xml, report);
  expect(await readFile(xml, 'utf8')).toBe(toJUnit(report));
});
