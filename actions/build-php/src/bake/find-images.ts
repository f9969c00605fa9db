import { findDocker } from '#lib/docker/client.ts';
import type { Run } from '#lib/node/command.ts';
import { buildKeyLabel, type ImageNaming, imageTags } from '../images.ts';

/** Whether the engine has every image of a version, all made by a build with this key. */
export async function hasImages(naming: ImageNaming, buildKey: string, run: Run): Promise<boolean> {
  const docker = await findDocker(run);
  const tags = imageTags(naming).map(({ tag }) => tag);
  const format = `{{index .Config.Labels "${buildKeyLabel}"}}`;
  const { exitCode, stdout } = await run([docker, 'image', 'inspect', '--format', format, ...tags], {
    allowFailure: true,
  });
  const labels = stdout.trim().split('\n');
  return exitCode === 0 && labels.every((label) => label === buildKey);
}
