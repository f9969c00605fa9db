import { parse } from 'junit2json';
import { expect, test } from 'vitest';
import { toJUnit } from '../../src/report/junit.ts';
import { failed, report } from './fixtures.ts';

test('writes suites, cases, failures and skips that a JUnit XML parser reads', async () => {
  expect(await parse(toJUnit(report))).toEqual({
    name: 'Layer tests',
    tests: 3,
    failures: 1,
    errors: 0,
    skipped: 1,
    time: 0.75,
    testsuite: [
      {
        name: 'debian-12 (x86)',
        tests: 3,
        failures: 1,
        errors: 0,
        skipped: 1,
        time: 0.75,
        testcase: [
          {
            classname: 'function',
            name: 'function/scripts/curl.php',
            file: 'tests/layers/function/scripts/curl.php',
            time: 0.25,
          },
          {
            classname: 'function',
            name: 'function/invocations/echo',
            file: 'tests/layers/function/invocations/echo/expected.json',
            time: 0.5,
            failure: [
              {
                message: 'answer.a: expected 1, got "<&>"',
                type: 'failure',
                inner: 'answer.a: expected 1, got "<&>"\nexit code 3\nRun again: make echo',
              },
            ],
            'system-out': ['first\nsecond \ufffd[31mred\n'],
          },
          {
            classname: 'function',
            name: 'function/scripts/lambda.sh',
            time: 0,
            skipped: [{ message: 'only for the target "lambda"' }],
          },
        ],
      },
    ],
  });
});

test.each([
  ['control characters', 'a\u0000b\u001bc', 'a\ufffdb\ufffdc'],
  ['an unpaired surrogate', 'a\ud800b', 'a\ufffdb'],
  ['markup', ']]><x a="1">&amp;', ']]><x a="1">&amp;'],
  ['all kinds of line ends', 'a\r\nb\rc\n', 'a\r\nb\rc\n'],
])('writes a log with %s so that a parser reads it', async (_, log, read) => {
  const parsed = await parse(toJUnit({ ...report, results: [{ ...failed, log }] }));
  const [suite] = (parsed as { testsuite: { testcase: { 'system-out': string[] }[] }[] }).testsuite;
  expect(suite?.testcase[0]?.['system-out']).toEqual([read]);
});
