import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';

/** Only root on Linux can start a second engine. mmdebstrap makes the base OS image for it. */
export const canStartEngine =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  ['dockerd', 'mmdebstrap'].every((program) => spawnSync(program, ['--version']).status === 0);

/**
 * Starts a Docker engine without images for the duration of a test. It has its own folder and socket and does not touch
 * the machine's engine. Its containers have no network.
 *
 * @param environment variables of the engine, such as a proxy for every pull
 */
export async function startEmptyEngine(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & { readonly host: string }> {
  const host = `unix://${join(folder, 'engine.sock')}`;
  const run = createRun(silentLogger());
  // With `--bridge none`, an engine removes docker0 even if it belongs to the machine's engine, whose builds then fail.
  const bridge = `test${process.pid}`;
  await run(['ip', 'link', 'add', bridge, 'type', 'bridge']);
  await run(['ip', 'address', 'add', '10.213.77.1/24', 'dev', bridge]);
  const engine = spawn(
    'dockerd',
    [
      ...['--host', host, '--pidfile', join(folder, 'engine.pid')],
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--bridge', bridge, '--iptables=false', '--ip6tables=false'],
    ],
    { stdio: 'ignore', env: { ...process.env, ...environment } },
  );
  const closed = once(engine, 'close');
  const isRunning = async () =>
    (await run(['docker', '--host', host, 'version'], { allowFailure: true })).exitCode === 0;
  while (engine.exitCode === null && !(await isRunning()));
  return {
    host,
    [Symbol.asyncDispose]: async () => {
      engine.kill();
      await closed;
      await run(['ip', 'link', 'delete', bridge]);
    },
  };
}
