import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { describeHolder, type Lock, takeLock, waitForLock } from '#lib/node/lock.ts';
import type { Dependencies } from './dependencies.ts';
import type { BuildRequest } from './request.ts';

/**
 * Locks the work folder and the trees of a build.
 *
 * @throws ActionError if another build has the same ones
 */
export async function lockBuild(
  { inputs, workFolder }: Pick<BuildRequest, 'inputs' | 'workFolder'>,
  cacheFolder: string,
): Promise<Lock> {
  const { phpVersion, cpu, buildMode, output } = inputs;
  const name = createHash('sha256').update(workFolder).digest('hex').slice(0, 16);
  const build = `PHP ${phpVersion} for ${cpu}`;
  const result = await takeLock(join(cacheFolder, 'locks', name), buildMode);
  if ('lock' in result) return result.lock;
  const { holder } = result;
  const mode = holder === undefined ? '' : `, ${holder.work},`;
  throw new ActionError(
    `Another build of ${build}${mode} writes to ${output}${describeHolder(holder)}. Each build replaces the layer trees of the one before. ` +
      'Wait until it ends, or stop it. To build both at once, use another checkout, or another folder for the input "output".',
  );
}

type WaitOptions = Pick<Dependencies, 'log' | 'signal' | 'cacheFolder'>;

/** Waits until no other build fetches archives. Two builds would write to the same partial download. */
export async function lockSources({ log, signal, cacheFolder }: WaitOptions): Promise<Lock> {
  return await waitForLock(join(cacheFolder, 'locks', 'sources'), 'fetches archives', { log, signal });
}

/** Waits until no other build places its trees. The builds of all versions place the same `console`. */
export async function lockTrees({ log, signal, cacheFolder }: WaitOptions): Promise<Lock> {
  return await waitForLock(join(cacheFolder, 'locks', 'trees'), 'places its layer trees', { log, signal });
}
