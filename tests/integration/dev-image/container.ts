import { setTimeout as sleep } from 'node:timers/promises';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../../helpers/silent-logger.ts';

const run = createRun(silentLogger());

/** A container of the dev image that serves an application on a free port of the loopback. */
export interface DevContainer extends AsyncDisposable {
  readonly url: string;
  /** What it has said so far. */
  log(): Promise<string>;
  /** Ends it as Ctrl-C does; the exit code. */
  interrupt(): Promise<number>;
}

/** Returns when it answers. */
export async function startContainer(
  docker: string,
  image: string,
  application: string,
  options: readonly string[] = [],
  command: readonly string[] = [],
): Promise<DevContainer> {
  const mount = ['--volume', `${application}:/var/task:ro`];
  const where = ['--publish', '127.0.0.1::8000', ...mount];
  const started = await run([docker, 'run', '--detach', ...where, ...options, image, ...command]);
  const id = started.stdout.trim();
  const log = async () => (await run([docker, 'logs', id])).stderr;
  const remove = async () => {
    await run([docker, 'rm', '--force', id]);
  };
  try {
    const { stdout } = await run([docker, 'port', id, '8000/tcp']);
    const url = `http://${stdout.trim()}`;
    await untilAnswered(url);
    return {
      url,
      log,
      async interrupt() {
        await run([docker, 'kill', '--signal', 'INT', id]);
        return Number((await run([docker, 'wait', id])).stdout);
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (cause) {
    const said = await log();
    await remove();
    throw new Error(`The container did not answer; it said:\n${said}`, { cause });
  }
}

/** Gives up after 20 seconds, which only a container that never comes up takes. */
async function untilAnswered(url: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (true) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
