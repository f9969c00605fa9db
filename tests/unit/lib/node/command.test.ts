import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createRun, startCommand } from '#lib/node/command.ts';
import { silentLogger } from '../../../helpers/silent-logger.ts';

test('a command gets its input, environment and folder, and gives what it said and its exit code', async () => {
  const run = createRun(silentLogger());
  const options = { input: 'héllo', env: { WORD: 'there' }, cwd: '/', allowFailure: true };
  const script = 'cat; echo " $WORD $PWD"; echo trouble >&2; exit 3';
  expect(await run(['sh', '-c', script], options)).toEqual({
    exitCode: 3,
    stdout: 'héllo there /\n',
    stderr: 'trouble\n',
  });
});

test('a command that fails is an error with the last lines that it said', async () => {
  const run = createRun(silentLogger());
  await expect(run(['sh', '-c', 'seq 20; exit 2'])).rejects.toThrow(
    /^`sh -c seq 20; exit 2` exited with 2:\n {2}6\n/,
  );
});

test('a program that there is not is named', async () => {
  const run = createRun(silentLogger());
  await expect(run(['no-such-program'])).rejects.toThrow(
    '"no-such-program" could not be started; is it installed and on PATH?',
  );
});

test('a program that reads nothing of a long input fails for its own reason', async () => {
  const run = createRun(silentLogger());
  const long = 'x'.repeat(1_000_000);
  await expect(run(['sh', '-c', 'echo refused >&2; exit 1'], { input: long })).rejects.toThrow('refused');
});

test('stopped, a command ends with what it has started, and no other begins', async () => {
  const stop = new AbortController();
  const run = createRun(silentLogger(), stop.signal);
  const reason = new Error('Stopped.');
  setTimeout(() => stop.abort(reason), 300);
  const begun = performance.now();
  // A shell that does not heed the signal and waits for its child, as mmdebstrap does.
  const lasting = run(['sh', '-c', 'trap : TERM; sleep 63.21 & wait; wait'], { allowFailure: true });
  await expect(lasting).rejects.toBe(reason);
  expect(performance.now() - begun).toBeLessThan(10_000);
  const { stdout } = await createRun(silentLogger())(['pgrep', '-f', '^sleep 63.21'], { allowFailure: true });
  expect(stdout).toBe('');
  await expect(run(['true'])).rejects.toBe(reason);
});

/** Neither the shell nor what it starts heeds SIGTERM. */
const deaf = (seconds: number) => ['sh', '-c', `trap "" TERM; echo deaf; sleep ${seconds}; true`] as const;

async function findProcesses(pattern: string): Promise<string> {
  const { stdout } = await createRun(silentLogger())(['pgrep', '-f', pattern], { allowFailure: true });
  return stdout;
}

test('stopped, a command that does not heed it is killed with what it has started', async () => {
  const stop = new AbortController();
  const { stdout, ended } = startCommand(deaf(13.31), { signal: stop.signal, grace: 500 });
  await once(stdout, 'data');
  const begun = performance.now();
  stop.abort();
  expect(await ended).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  expect(performance.now() - begun).toBeGreaterThan(450);
  expect(await findProcesses('^sleep 13.31')).toBe('');
});

test('where the process ends first, a command that heeds nothing ends as well', async () => {
  const script = `
    import { startCommand } from '${resolve(import.meta.dirname, '../../../../lib/node/command.ts')}';
    const stop = new AbortController();
    const { stdout } = startCommand(${JSON.stringify(deaf(13.32))}, { signal: stop.signal });
    stdout.once('data', () => {
      stop.abort();
      process.exit(0);
    });
  `;
  await createRun(silentLogger())([process.execPath, '--input-type=module', '--eval', script]);
  await expect.poll(() => findProcesses('^sleep 13.32')).toBe('');
});

test('a command that a signal ended is said to be, and has the exit code of a shell', async () => {
  const run = createRun(silentLogger());
  const killed = ['sh', '-c', 'echo busy; kill -KILL $$'] as const;
  await expect(run(killed)).rejects.toThrow(/^`sh -c .*` was ended by SIGKILL:\n {2}busy$/);
  expect(await run(killed, { allowFailure: true })).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
});
