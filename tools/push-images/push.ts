import type { Command, Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

/** An image in a registry. */
export interface PushedImage {
  /** Repository, such as `docker.io/bref/arm-php-82`. */
  readonly repository: string;
  /** Digest of the pushed image: `sha256:` and the hash. */
  readonly digest: string;
}

export interface ImageToPush {
  /** Name of the image in the engine. */
  readonly local: string;
  /** Platform that the image must have, such as `linux/arm64`. */
  readonly platform: string;
  readonly repository: string;
}

export interface ImageDependencies {
  readonly run: Run;
  readonly log: Logger;
  /** Path of the Docker client. */
  readonly docker: string;
}

/**
 * Pushes images under each tag, one after another. Pushes nothing unless all images exist and have the right platform.
 *
 * @throws ActionError if an image is missing or has another platform, or if the registry refuses it
 */
export async function pushImages(
  images: readonly ImageToPush[],
  tags: readonly string[],
  { run, log, docker }: ImageDependencies,
): Promise<readonly PushedImage[]> {
  for (const { local, platform } of images) {
    const inspect: Command = [docker, 'image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', local];
    const { exitCode, stdout } = await run(inspect, { allowFailure: true });
    if (exitCode !== 0) {
      throw new ActionError(`Image ${local} does not exist. Build it first with make docker-images-php-NN.`);
    }
    // The image of a cross build is for the CPU of its compilers.
    if (stdout.trim() !== platform) {
      throw new ActionError(
        `Image ${local} is for ${stdout.trim()}, not for ${platform}. Push images that were built on a machine with that CPU.`,
      );
    }
  }
  const pushed: PushedImage[] = [];
  for (const { local, repository } of images) {
    for (const tag of tags) {
      await run([docker, 'image', 'tag', local, `${repository}:${tag}`]);
      await push(run, docker, `${repository}:${tag}`);
    }
    const digest = await readDigest(run, docker, local, repository);
    log.info(`Pushed ${repository}:${tags.join(', :')} (${digest})`);
    pushed.push({ repository, digest });
  }
  return pushed;
}

async function push(run: Run, docker: string, reference: string): Promise<void> {
  const { exitCode, stderr } = await run([docker, 'image', 'push', '--quiet', reference], {
    allowFailure: true,
  });
  if (exitCode === 0) return;
  const isDenied = /denied|unauthorized|authentication required|no basic auth/i.test(stderr);
  const fix = isDenied
    ? 'Log in with `docker login` as a user with push permission.'
    : 'Run the command again. Images that were already pushed stay in the registry.';
  throw new ActionError(`Cannot push ${reference}: ${stderr.trim().split('\n').at(-1)}. ${fix}`);
}

/** Reads the digest, which the engine stores for every repository that it pushed the image to. */
async function readDigest(run: Run, docker: string, local: string, repository: string): Promise<string> {
  const { stdout } = await run([docker, 'image', 'inspect', '--format', '{{json .RepoDigests}}', local]);
  // Docker omits the name of its own registry.
  const prefix = `${repository.replace(/^docker\.io\//, '')}@`;
  const reference = (JSON.parse(stdout) as readonly string[]).find((entry) => entry.startsWith(prefix));
  if (reference === undefined)
    throw new ActionError(`The registry returned no digest for ${repository}. Run the command again.`);
  return reference.slice(prefix.length);
}

/**
 * Makes each tag of a repository refer to the images of both CPUs. `bref/php-82` then includes `bref/arm-php-82`. It
 * names the images by digest, because a tag may move after the push.
 */
export async function combineImages(
  images: readonly PushedImage[],
  repository: string,
  tags: readonly string[],
  { run, log, docker }: ImageDependencies,
): Promise<void> {
  const names = tags.flatMap((tag) => ['--tag', `${repository}:${tag}`]);
  const sources = images.map((image) => `${image.repository}@${image.digest}`);
  await run([docker, 'buildx', 'imagetools', 'create', ...names, ...sources]);
  log.info(`Tagged ${repository}:${tags.join(', :')} for both CPUs`);
}
