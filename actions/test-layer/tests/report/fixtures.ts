import type { Report, Result } from '../../src/report.ts';

export const passed: Result = {
  name: 'function/scripts/curl.php',
  source: 'tests/layers/function/scripts/curl.php',
  milliseconds: 250,
  reasons: [],
  log: '',
  reproduce: 'make curl',
};

export const failed: Result = {
  name: 'function/invocations/echo',
  source: 'tests/layers/function/invocations/echo/expected.json',
  milliseconds: 500,
  reasons: [{ path: 'answer.a', expected: 1, got: '<&>' }, 'exit code 3'],
  log: 'first\nsecond \u001b[31mred\n',
  reproduce: 'make echo',
};

export const report: Report = {
  target: 'debian-12 (x86)',
  layers: [{ layer: 'php-82.zip', sha256: 'abc=' }],
  passed: 1,
  failed: 1,
  skipped: [{ name: 'function/scripts/lambda.sh', reason: 'only for the target "lambda"' }],
  results: [passed, failed],
};
