import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { reproduceCommand } from '../../src/report/reproduce.ts';

test('repeats the command of the run with a filter for one case', () => {
  const words = ['layers=a.zip b.zip ', 'tests=x', 'base=', "env=A=it's\nB=2", 'filter=curl'];
  const command = ['node', 'tools/run-action/main.ts', 'test-layer', ...words];
  const text = reproduceCommand({ command, environment: {}, program: 'index.js' }, 'x/scripts/curl.php');
  expect(text).toBe(
    "node tools/run-action/main.ts test-layer 'layers=a.zip b.zip' tests=x 'env=A=it'\\''s\nB=2' filter=x/scripts/curl.php",
  );
});

test('passes the inputs of a run on GitHub, with a filter for one case and without a report', () => {
  const environment = {
    INPUT_LAYERS: 'php-82.zip console.zip',
    'INPUT_EXPECTED-OVERLAPS': 'bootstrap',
    INPUT_FILTER: '',
    INPUT_REPORT: 'report.xml',
    HOME: '/root',
  };
  const text = reproduceCommand(
    { command: undefined, environment, program: '../_actions/dist/index.js' },
    'a/b',
  );
  expect(text).toBe(
    "env 'INPUT_LAYERS=php-82.zip console.zip' INPUT_EXPECTED-OVERLAPS=bootstrap INPUT_FILTER=a/b node ../_actions/dist/index.js",
  );
});

test('quotes words so that a shell reads them unchanged', () => {
  const words = ["it's", '$HOME `id` "x"', 'a\nb', '*', '--x=y'];
  const text = reproduceCommand({ command: ['printf', '%s|', ...words], environment: {}, program: '' }, 'a');
  expect(execFileSync('/bin/sh', ['-c', text], { encoding: 'utf8' })).toBe(`${words.join('|')}|filter=a|`);
});
