import { setTimeout as sleep } from 'node:timers/promises';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';

const run = createRun(silentLogger());

/** A container of the dev image that serves an application on a free port of the loopback. */
export interface DevContainer extends AsyncDisposable {
  readonly url: string;
  /** Returns its output so far. */
  log(): Promise<string>;
  /** Ends it like Ctrl-C, and returns the exit code. */
  interrupt(): Promise<number>;
}

/** Starts a container and waits for its first response. */
export async function startContainer(
  docker: string,
  image: string,
  application: string,
  options: readonly string[] = [],
  command: readonly string[] = [],
): Promise<DevContainer> {
  const mount = ['--volume', `${application}:/var/task:ro`];
  const publish = ['--publish', '127.0.0.1::8000', ...mount];
  const started = await run([docker, 'run', '--detach', ...publish, ...options, image, ...command]);
  const id = started.stdout.trim();
  const log = async () => (await run([docker, 'logs', id])).stderr;
  const remove = async () => {
    await run([docker, 'rm', '--force', id]);
  };
  try {
    const { stdout } = await run([docker, 'port', id, '8000/tcp']);
    const url = `http://${stdout.trim()}`;
    await waitForResponse(url);
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
    const output = await log();
    await remove();
    throw new Error(`The container did not respond. Its output:\n${output}`, { cause });
  }
}

/** Gives up after 20 seconds, because a working container needs far less. */
async function waitForResponse(url: string): Promise<void> {
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
