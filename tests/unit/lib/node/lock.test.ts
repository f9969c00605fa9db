import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock, waitForLock } from '#lib/node/lock.ts';
import { Stopped } from '#lib/node/signals.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const lockModule = resolve('lib/node/lock.ts');

/** Starts another process that takes the lock and keeps it until it is killed. */
async function startHolder(path: string, work: string) {
  const program = `
    const { takeLock } = await import(${JSON.stringify(lockModule)});
    const result = await takeLock(${JSON.stringify(path)}, ${JSON.stringify(work)});
    console.log('lock' in result ? 'taken' : 'refused');
    setInterval(() => result, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    pid: child.pid,
    answer: output.toString().trim(),
    kill: async (signal: NodeJS.Signals) => {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

test('a lock is refused while another process has it, and names the process', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'locks/build');
  const holder = await startHolder(path, 'PHP 82');
  expect(holder.answer).toBe('taken');
  const refused = await takeLock(path, 'PHP 82 again');
  await holder.kill('SIGTERM');
  expect(refused).toEqual({
    holder: {
      pid: holder.pid,
      host: hostname(),
      work: 'PHP 82',
      since: expect.stringMatching(/^\d{4}-.*Z$/),
    },
  });
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'a lock is free after %s has ended its process',
  async (signal) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'build');
    await (await startHolder(path, 'first')).kill(signal);
    const second = await takeLock(path, 'second');
    expect(second).toHaveProperty('lock');
    // The first process could not remove its description. The second one has replaced it.
    expect(await takeLock(path, 'third')).toMatchObject({ holder: { pid: process.pid, work: 'second' } });
    if ('lock' in second) await second.lock[Symbol.asyncDispose]();
  },
);

test('of many processes, exactly one gets the lock', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'build');
  await (await startHolder(path, 'dead')).kill('SIGKILL');
  const holders = await Promise.all(Array.from({ length: 6 }, () => startHolder(path, 'work')));
  await Promise.all(holders.map(({ kill }) => kill('SIGKILL')));
  expect(holders.map(({ answer }) => answer).sort()).toEqual([...Array(5).fill('refused'), 'taken']);
});

test('a released lock can be taken again', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'build');
  for (let round = 0; round < 3; round++) {
    const result = await takeLock(path, 'work');
    if (!('lock' in result)) throw new Error('The lock was not released.');
    await result.lock[Symbol.asyncDispose]();
  }
});

test('waiting for a lock logs its holder once, and ends when the holder ends or a signal comes', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'sources');
  const holder = await startHolder(path, 'fetches archives');
  const log = silentLogger();
  const controller = new AbortController();
  const stopped = waitForLock(path, 'fetches archives', { log: silentLogger(), signal: controller.signal });
  controller.abort(new Stopped('SIGTERM'));
  await expect(stopped).rejects.toThrow('Stopped by SIGTERM.');
  const waiting = waitForLock(path, 'fetches archives', { log, signal: AbortSignal.timeout(60_000) });
  setTimeout(() => void holder.kill('SIGKILL'), 600);
  await using _lock = await waiting;
  expect(log.lines).toEqual([
    expect.stringContaining(
      `Waiting for another build, which fetches archives (process ${holder.pid} on ${hostname()}, since `,
    ),
  ]);
});

test('a lock that cannot be opened is named with the fix', async () => {
  await using folder = await temporaryFolder();
  await expect(takeLock(folder.path, 'work')).rejects.toThrow(
    `The lock ${folder.path} cannot be opened. Check that its folder is writable and has free space.`,
  );
});
