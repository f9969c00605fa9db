import { spawnSync } from 'node:child_process';
import { imageName, mmdebstrap } from '../../actions/build-php/src/base.ts';
import { readDebianCodename } from '../../actions/shared/apt-sources.ts';
import type { Run } from '../../actions/shared/command.ts';
import { findDocker } from '../../actions/shared/docker.ts';

/** Whether the base debian-12 for x86 is in the engine, or can be made: by root on Debian, which GitHub's runner is not. */
export async function canHaveDebian(run: Run): Promise<boolean> {
  const docker = await findDocker(run);
  const inspect = [docker, 'image', 'inspect', imageName('debian-12', 'x86')] as const;
  if ((await run(inspect, { allowFailure: true })).exitCode === 0) return true;
  const isRootOnDebian = process.getuid?.() === 0 && (await readDebianCodename()) !== undefined;
  const [program] = mmdebstrap('', 'x86', []);
  return isRootOnDebian && spawnSync(program, ['--version']).status === 0;
}
