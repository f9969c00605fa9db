import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const logger = resolve(import.meta.dirname, '../../../../lib/node/logger.ts');

/** Logs a warning and an error in a child process, whose streams are pipes that can pose as terminals. */
async function logTo(stream: 'a terminal' | 'a pipe', environment: Record<string, string> = {}) {
  const script = `
    import { WriteStream } from 'node:tty';
    import { createLogger } from '${logger}';
    if (${stream === 'a terminal'}) {
      const { getColorDepth } = WriteStream.prototype;
      for (const stream of [process.stdout, process.stderr]) Object.assign(stream, { isTTY: true, getColorDepth });
    }
    const log = createLogger(false);
    log.info('one');
    log.warning('two');
    log.error('three');
  `;
  const { FORCE_COLOR: _force, NO_COLOR: _no, CI: _ci, ...inherited } = process.env;
  const env = { ...inherited, TERM: 'xterm-256color', NODE_NO_WARNINGS: '1', ...environment };
  return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env });
}

test('colors the labels of warnings and errors on a terminal', async () => {
  expect(await logTo('a terminal')).toEqual({
    stdout: 'one\n\u001b[33mWarning:\u001b[39m two\n',
    stderr: '\u001b[31mError:\u001b[39m three\n',
  });
});

test.each([
  ['a pipe', {}],
  ['a terminal', { NO_COLOR: '1' }],
] as const)('writes plain text to %s with the environment %j', async (stream, environment) => {
  expect(await logTo(stream, environment)).toEqual({
    stdout: 'one\nWarning: two\n',
    stderr: 'Error: three\n',
  });
});
