import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createRun, startCommand } from '#lib/node/command.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const run = createRun(silentLogger());

test('passes input, environment and folder, and returns output and exit code', async () => {
  const options = { input: 'héllo', env: { WORD: 'there' }, cwd: '/', allowFailure: true };
  const script = 'cat; echo " $WORD $PWD"; echo trouble >&2; exit 3';
  expect(await run(['sh', '-c', script], options)).toEqual({
    exitCode: 3,
    stdout: 'héllo there /\n',
    stderr: 'trouble\n',
  });
});

test('adds variables to the environment of this process', async () => {
  const { stdout } = await run(['sh', '-c', 'echo "$PATH|$WORD"'], { env: { WORD: 'there' } });
  expect(stdout).toBe(`${process.env.PATH}|there\n`);
});

test('passes binary input unchanged', async () => {
  const { stdout } = await run(['od', '-An', '-tx1'], { input: Buffer.from([0x00, 0xff, 0x0a]) });
  expect(stdout.trim()).toBe('00 ff 0a');
});

test('gives a command without input an empty stdin', async () => {
  expect(await run(['cat'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('runs a program whose path contains blanks and quotes, without a shell', async () => {
  await using folder = await temporaryFolder();
  const program = join(folder.path, `a "quoted" program`);
  await writeFile(program, '#!/bin/sh\necho "$1"\n');
  await chmod(program, 0o755);
  expect((await run([program, '$HOME "x"'])).stdout).toBe('$HOME "x"\n');
});

test('replaces invalid UTF-8, and keeps characters that arrive in two parts', async () => {
  const script = "printf 'a\\377b \\303'; sleep 0.2; printf '\\251'";
  expect((await run(['sh', '-c', script])).stdout).toBe('a\uFFFDb é');
});

test('returns 64 MB of output without line breaks', async () => {
  const sizeBytes = 64 * 1024 * 1024;
  const { stdout } = await run(['head', '-c', String(sizeBytes), '/dev/zero']);
  expect(stdout.length).toBe(sizeBytes);
});

test.each([
  [true, '[command]sh -c echo out; echo err >&2\n'],
  [false, ''],
])('with show: %s, shows the command and its output', async (show, first) => {
  let shown = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    shown += String(chunk);
    return true;
  });
  const result = await run(['sh', '-c', 'echo out; echo err >&2'], { show });
  write.mockRestore();
  expect(result).toEqual({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
  expect(shown.slice(0, first.length)).toBe(first);
  const lines = shown.slice(first.length).split('\n').filter(Boolean);
  expect(lines.sort()).toEqual(show ? ['err', 'out'] : []);
});

test('throws the last lines of output if a command fails', async () => {
  await expect(run(['sh', '-c', 'seq 20; exit 2'])).rejects.toThrow(
    /^`sh -c seq 20; exit 2` exited with 2:\n {2}6\n/,
  );
});

test('names a program that does not exist', async () => {
  await expect(run(['no-such-program'])).rejects.toThrow(
    '"no-such-program" could not be started. Check that it is installed and on PATH.',
  );
});

test('names a file that is not a program', async () => {
  await expect(run([import.meta.filename])).rejects.toThrow('could not be started');
});

test("reports a program's own error if the program does not read a long input", async () => {
  const long = 'x'.repeat(1_000_000);
  await expect(run(['sh', '-c', 'echo refused >&2; exit 1'], { input: long })).rejects.toThrow('refused');
});

test('reports a signal by its name and by the exit code of a shell', async () => {
  const killed = ['sh', '-c', 'echo busy; kill -KILL $$'] as const;
  await expect(run(killed)).rejects.toThrow(/^`sh -c .*` was ended by SIGKILL:\n {2}busy$/);
  expect(await run(killed, { allowFailure: true })).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
});

async function findProcesses(pattern: string): Promise<string> {
  const { stdout } = await run(['pgrep', '-f', pattern], { allowFailure: true });
  return stdout;
}

test('on abort, stops the command and its children, and starts no other command', async () => {
  const stop = new AbortController();
  const stoppable = createRun(silentLogger(), stop.signal);
  const reason = new Error('Stopped.');
  setTimeout(() => stop.abort(reason), 300);
  const started = performance.now();
  // A shell that ignores the signal and waits for its child, as mmdebstrap does.
  const running = stoppable(['sh', '-c', 'trap : TERM; sleep 63.21 & wait; wait'], { allowFailure: true });
  await expect(running).rejects.toBe(reason);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(await findProcesses('^sleep 63.21')).toBe('');
  await expect(stoppable(['true'])).rejects.toBe(reason);
});

/** Neither the shell nor its child reacts to SIGTERM. */
const ignoresSigterm = (seconds: number) =>
  ['sh', '-c', `trap "" TERM; echo started; sleep ${seconds}; true`] as const;

test('on abort, kills a command that ignores SIGTERM, and its children', async () => {
  const stop = new AbortController();
  const { stdout, ended } = startCommand(ignoresSigterm(13.31), { signal: stop.signal, graceMs: 500 });
  await once(stdout, 'data');
  const started = performance.now();
  stop.abort();
  expect(await ended).toEqual({ exitCode: 137, signal: 'SIGKILL' });
  expect(performance.now() - started).toBeGreaterThan(450);
  expect(await findProcesses('^sleep 13.31')).toBe('');
});

test('kills a command that ignores SIGTERM if this process exits first', async () => {
  const script = `
    import { startCommand } from '${resolve(import.meta.dirname, '../../../../lib/node/command.ts')}';
    const stop = new AbortController();
    const { stdout } = startCommand(${JSON.stringify(ignoresSigterm(13.32))}, { signal: stop.signal });
    stdout.once('data', () => {
      stop.abort();
      process.exit(0);
    });
  `;
  await run([process.execPath, '--input-type=module', '--eval', script]);
  await expect.poll(() => findProcesses('^sleep 13.32')).toBe('');
});
