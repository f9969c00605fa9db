import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

const library = resolve(import.meta.dirname, '../../../../lib/node');

/** Starts an action in a child process. It works for a minute, and takes `cleanUpMs` to clean up. */
function startAction(cleanUpMs: number) {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `
      import { createRun } from '${library}/command.ts';
      import { runAction } from '${library}/entry.ts';
      import { catchSignals } from '${library}/signals.ts';
      import { setTimeout as sleep } from 'node:timers/promises';
      await runAction(async (log) => {
        const { signal, release } = catchSignals();
        console.log('started');
        await createRun(log, signal)(['sleep', '60']).catch(async (error) => {
          log.info('cleaning');
          await sleep(${cleanUpMs});
          log.info('clean');
          throw error;
        }).finally(release);
      });
      `,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return { child, readStderr: () => stderr, exit: once(child, 'close') };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)("an action stopped by %s reports it, with a shell's exit code", async (name, exitCode) => {
  const { child, readStderr, exit } = startAction(0);
  await once(child.stdout, 'data');
  child.kill(name);
  expect(await exit).toEqual([exitCode, null]);
  expect(readStderr()).toBe(`Error: Stopped by ${name}.\n`);
});

test('an action whose terminal is closed still cleans up, although its output is lost', async () => {
  const { child, exit } = startAction(300);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGHUP');
  expect(await exit).toEqual([129, null]);
});

test('a second signal ends a long cleanup at once', async () => {
  const { child, exit } = startAction(60_000);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  await sleep(1_200);
  child.kill('SIGINT');
  expect(await exit).toEqual([130, null]);
});
