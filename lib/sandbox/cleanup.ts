import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '#lib/node/command.ts';

interface Needs {
  readonly docker: string;
  readonly run: Run;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks for containers that were being started when the work was stopped. */
const interval = 200;

/**
 * Owns the containers with a label: disposed of, none is left. When the signal is aborted they are ended at once, so
 * that work which waits for them ends too, and so are those that the engine starts only after that.
 */
export function ownContainers(label: string, { docker, run, signal }: Needs): AsyncDisposable {
  const remove = async () => {
    const list = [docker, 'ps', '--all', '--quiet', '--filter', `label=${label}`] as const;
    const { stdout } = await run(list, { allowFailure: true });
    const ids = stdout.split('\n').filter((id) => id !== '');
    if (ids.length > 0) await run([docker, 'rm', '--force', ...ids], { allowFailure: true });
  };
  let isOver = false;
  let ending: Promise<void> | undefined;
  const end = async () => {
    while (!isOver) {
      await remove();
      await sleep(interval);
    }
  };
  const start = () => {
    ending = end();
  };
  signal.addEventListener('abort', start, { once: true });
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      signal.removeEventListener('abort', start);
      await ending;
      await remove();
    },
  };
}
