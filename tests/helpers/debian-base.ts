import { spawnSync } from 'node:child_process';
import { readDebianCodename } from '#lib/base-os/apt-sources.ts';
import { mmdebstrap } from '#lib/base-os/base-os.ts';
import { baseOsImage } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import type { Run } from '#lib/node/command.ts';

/** Whether the base debian-12 for x86 is in the engine, or can be made: by root on Debian, which GitHub's runner is not. */
export async function canHaveDebian(run: Run): Promise<boolean> {
  const docker = await findDocker(run);
  const inspect = [docker, 'image', 'inspect', baseOsImage('debian-12', 'x86')] as const;
  if ((await run(inspect, { allowFailure: true })).exitCode === 0) return true;
  const isRootOnDebian = process.getuid?.() === 0 && (await readDebianCodename()) !== undefined;
  const [program] = mmdebstrap('', 'x86', []);
  return isRootOnDebian && spawnSync(program, ['--version']).status === 0;
}
