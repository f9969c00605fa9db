import { execFileSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPaint } from '../../src/report/color.ts';

/** Creates a stream that has the properties of a terminal that `styleText` reads. */
function createStream(isTTY: boolean): NodeJS.WriteStream {
  return Object.assign(new Writable(), { isTTY, getColorDepth: () => 4 }) as unknown as NodeJS.WriteStream;
}

const terminal = createStream(true);
const pipe = createStream(false);
const red = '\u001b[31mFAIL\u001b[39m';

beforeEach(() => {
  for (const name of ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS']) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

test('colors text on terminals', () => {
  expect(createPaint([terminal, terminal], {})('red', 'FAIL')).toBe(red);
});

test.each([
  ['stdout is a file', [pipe, terminal], {}],
  ['stderr is a file', [terminal, pipe], {}],
  ['NO_COLOR is set', [terminal, terminal], { NO_COLOR: '1' }],
  ['GitHub runs the action', [terminal, terminal], { GITHUB_ACTIONS: 'true' }],
])('writes plain text if %s, even with FORCE_COLOR', (_, streams, environment) => {
  vi.stubEnv('FORCE_COLOR', '1');
  expect(createPaint(streams, { ...environment, FORCE_COLOR: '1' })('red', 'FAIL')).toBe('FAIL');
});

/** Runs a program that prints a colored mark, with a real terminal as its stdout and stderr. */
function printOnTerminal(environment: Readonly<Record<string, string>>): string {
  const module = JSON.stringify(new URL('../../src/report/color.ts', import.meta.url).href);
  const program = `import(${module}).then(({ createPaint }) =>
    console.log(createPaint([process.stdout, process.stderr], process.env)('red', 'FAIL')))`;
  const arguments_ = [process.execPath, '-e', program];
  return execFileSync('python3', ['-c', 'import pty, sys; pty.spawn(sys.argv[1:])', ...arguments_], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TERM: 'xterm', ...environment },
  });
}

test.each([
  [{}, red],
  [{ NO_COLOR: '1' }, 'FAIL'],
  [{ GITHUB_ACTIONS: 'true' }, 'FAIL'],
])('on a real terminal with the environment %j, prints %j', (environment, printed) => {
  expect(printOnTerminal(environment).trim()).toBe(printed);
});
