import { findDocker } from '#lib/docker/client.ts';
import type { Run } from '#lib/node/command.ts';
import { digestLabel, type ImageNaming, imageTags } from './bake.ts';

/** Whether the engine has every image of a version, all made of what the digest stands for. */
export async function hasImages(naming: ImageNaming, digest: string, run: Run): Promise<boolean> {
  const docker = await findDocker(run);
  const tags = imageTags(naming).map(({ tag }) => tag);
  const format = `{{index .Config.Labels "${digestLabel}"}}`;
  const { exitCode, stdout } = await run([docker, 'image', 'inspect', '--format', format, ...tags], {
    allowFailure: true,
  });
  const labels = stdout.trim().split('\n');
  return exitCode === 0 && labels.every((label) => label === digest);
}
