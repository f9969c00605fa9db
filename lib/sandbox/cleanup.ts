import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '#lib/node/command.ts';
import type { Sandbox } from './container.ts';

interface CleanupDependencies {
  readonly docker: string;
  readonly run: Run;
  readonly signal: AbortSignal;
}

/** Pause between two searches for containers that were still starting when the signal was aborted. */
const searchIntervalMs = 200;

/**
 * Removes all containers with a label when it is disposed of. If the signal is aborted before that, it already removes
 * them repeatedly. So work that waits for a container ends, and containers that start late are removed, too.
 */
export function cleanUpContainers(
  label: string,
  { docker, run, signal }: CleanupDependencies,
): AsyncDisposable {
  const removeAll = async () => {
    const list = [docker, 'ps', '--all', '--quiet', '--filter', `label=${label}`] as const;
    const { stdout } = await run(list, { allowFailure: true });
    const ids = stdout.split('\n').filter((id) => id !== '');
    if (ids.length > 0) await run([docker, 'rm', '--force', ...ids], { allowFailure: true });
  };
  let isDisposed = false;
  let removal: Promise<void> | undefined;
  const removeRepeatedly = async () => {
    while (!isDisposed) {
      await removeAll();
      await sleep(searchIntervalMs);
    }
  };
  const onAbort = () => {
    removal = removeRepeatedly();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      signal.removeEventListener('abort', onAbort);
      await removal;
      await removeAll();
    },
  };
}

export async function removeContainer(name: string, { docker }: Sandbox, run: Run): Promise<void> {
  await run([docker, 'rm', '--force', name], { allowFailure: true });
}
