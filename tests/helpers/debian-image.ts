import { spawnSync } from 'node:child_process';
import { isRootOnDebian, mmdebstrap } from '#lib/base-os/debian-image.ts';
import { baseOsImage } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import type { Run } from '#lib/node/command.ts';

/** Whether the engine has the image of debian-12 for x86 or can make it. GitHub's runner cannot: it is not root on Debian. */
export async function canUseDebian(run: Run): Promise<boolean> {
  const docker = await findDocker(run);
  const inspect = [docker, 'image', 'inspect', baseOsImage('debian-12', 'x86')] as const;
  if ((await run(inspect, { allowFailure: true })).exitCode === 0) return true;
  const [program] = mmdebstrap('', 'x86', []);
  return (await isRootOnDebian()) && spawnSync(program, ['--version']).status === 0;
}
