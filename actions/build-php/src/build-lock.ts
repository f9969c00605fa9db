import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ActionError } from '#lib/node/errors.ts';
import { type Holder, type Lock, takeLock } from '#lib/node/lock.ts';
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
  const result = await takeLock(join(cacheFolder, 'locks', name), `${build}, ${buildMode}`);
  if ('lock' in result) return result.lock;
  throw new ActionError(
    `Another build of ${build} writes to ${output}${describeHolder(result.holder)}. Each build replaces the layer trees of the one before. ` +
      'Wait until it ends, or stop it. To build both at once, use another checkout, or another folder for the input "output".',
  );
}

function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return '';
  const { pid, host, since, work } = holder;
  return ` (${work}; process ${pid} on ${host}, since ${since})`;
}
