import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from './silent-logger.ts';

/** An engine of one's own is started by root on Linux only, where there is one; the base for it is made with mmdebstrap. */
export const canStartEngine =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  ['dockerd', 'mmdebstrap'].every((program) => spawnSync(program, ['--version']).status === 0);

/**
 * A Docker engine that knows no image, for the length of a test: with a folder and a socket of its own, beside the
 * machine's, which it leaves alone. Containers have no network.
 *
 * @param environment such as a proxy that every pull goes through
 */
export async function startEmptyEngine(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & { readonly host: string }> {
  const host = `unix://${join(folder, 'engine.sock')}`;
  const run = createRun(silentLogger());
  // With `--bridge none` an engine removes docker0, whoever's that is: every build of the machine's engine fails by then.
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
  const ended = once(engine, 'close');
  const answers = async () =>
    (await run(['docker', '--host', host, 'version'], { allowFailure: true })).exitCode === 0;
  while (engine.exitCode === null && !(await answers()));
  return {
    host,
    [Symbol.asyncDispose]: async () => {
      engine.kill();
      await ended;
      await run(['ip', 'link', 'delete', bridge]);
    },
  };
}
