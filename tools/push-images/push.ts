import type { Command, Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

/** An image that is in a registry: repository, and digest of what was pushed. */
export interface PushedImage {
  /** Such as `docker.io/bref/arm-php-82`. */
  readonly repository: string;
  /** `sha256:` and the hash. */
  readonly digest: string;
}

export interface ImageToPush {
  /** Its name in the engine. */
  readonly local: string;
  /** What it must be for, such as `linux/arm64`. */
  readonly platform: string;
  readonly repository: string;
}

export interface ImageDependencies {
  readonly run: Run;
  readonly log: Logger;
  /** The docker client. */
  readonly docker: string;
}

/**
 * Pushes images under each tag, one after another. All must be in the engine before the first is pushed.
 *
 * @throws ActionError where one is not there or for another CPU than its name says, or the registry refuses
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
      throw new ActionError(`There is no image ${local}: build it first, with make docker-images-php-NN.`);
    }
    // An image to build extensions in that cross-compiles is for the CPU of its compilers.
    if (stdout.trim() !== platform) {
      throw new ActionError(
        `The image ${local} is for ${stdout.trim()}, not ${platform}: push images that were built on a machine of that CPU.`,
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
    log.info(`${repository}:${tags.join(', :')} is ${digest}`);
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
  const remedy = isDenied
    ? 'Log in with `docker login`, as somebody who may push there'
    : 'What was pushed stays; run it again';
  throw new ActionError(`${reference} was not pushed: ${stderr.trim().split('\n').at(-1)}. ${remedy}.`);
}

/** The engine knows a digest for every repository that it has pushed an image to. */
async function readDigest(run: Run, docker: string, local: string, repository: string): Promise<string> {
  const { stdout } = await run([docker, 'image', 'inspect', '--format', '{{json .RepoDigests}}', local]);
  // Docker leaves its own registry's name out.
  const prefix = `${repository.replace(/^docker\.io\//, '')}@`;
  const own = (JSON.parse(stdout) as readonly string[]).find((entry) => entry.startsWith(prefix));
  if (own === undefined)
    throw new ActionError(`The registry told no digest of ${repository}: push it again.`);
  return own.slice(prefix.length);
}

/**
 * Lets each tag name one image for both CPUs: of `bref/php-82` and `bref/arm-php-82` it becomes `bref/php-82`. By digest,
 * so that what was pushed is what is named.
 */
export async function combineImages(
  both: readonly PushedImage[],
  repository: string,
  tags: readonly string[],
  { run, log, docker }: ImageDependencies,
): Promise<void> {
  const names = tags.flatMap((tag) => ['--tag', `${repository}:${tag}`]);
  const sources = both.map((image) => `${image.repository}@${image.digest}`);
  await run([docker, 'buildx', 'imagetools', 'create', ...names, ...sources]);
  log.info(`${repository}:${tags.join(', :')} is for both CPUs`);
}
