import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

const shared = resolve(import.meta.dirname, '../../../../lib/node');

/** An action that works for a minute, in a child of its own; it cleans up for as long as it is told. */
function startAction(cleaning: number) {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `
      import { createRun } from '${shared}/command.ts';
      import { runAction } from '${shared}/entry.ts';
      import { catchSignals } from '${shared}/signals.ts';
      import { setTimeout as sleep } from 'node:timers/promises';
      await runAction(async (log) => {
        const { signal, release } = catchSignals();
        console.log('started');
        await createRun(log, signal)(['sleep', '60']).catch(async (error) => {
          log.info('cleaning');
          await sleep(${cleaning});
          log.info('clean');
          throw error;
        }).finally(release);
      });
      `,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return { child, said: () => said, exit: once(child, 'close') };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  'an action that %s stops says so, with the exit code that a shell has for it',
  async (name, exitCode) => {
    const { child, said, exit } = startAction(0);
    await once(child.stdout, 'data');
    child.kill(name);
    expect(await exit).toEqual([exitCode, null]);
    expect(said()).toBe(`Error: Stopped by ${name}.\n`);
  },
);

test('an action whose terminal is closed cleans up, although nobody hears what it says of that', async () => {
  const { child, exit } = startAction(300);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGHUP');
  expect(await exit).toEqual([129, null]);
});

test('a second signal ends at once what takes long to clean up', async () => {
  const { child, exit } = startAction(60_000);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  await sleep(1_200);
  child.kill('SIGINT');
  expect(await exit).toEqual([130, null]);
});
