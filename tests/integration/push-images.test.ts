import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { combineImages, pushImages } from '../../tools/push-images/push.ts';
import { obtainRegistry, startRegistry } from '../helpers/registry.ts';
import { silentLogger } from '../helpers/silent-logger.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const log = silentLogger();
const run = createRun(log);
const docker = await findDocker(run);
const dependencies = { run, log, docker };
const registryProgram = await obtainRegistry();
if (registryProgram === undefined)
  console.warn('Left out: Debian alone has a registry server that can be run here.');

const amd64 = 'linux/amd64';
const own = `push-images-test-${randomBytes(4).toString('hex')}`;
const made = new Set<string>();
afterAll(async () => {
  await run([docker, 'image', 'rm', '--force', ...made], { allowFailure: true });
});

/** An image of one file for a CPU, in the engine. */
async function makeImage(folder: string, name: string, platform: string): Promise<string> {
  await writeFile(join(folder, 'file'), `${name} ${platform}`);
  const archive = join(folder, `${name}.tar`);
  await run(['tar', '-cf', archive, '-C', folder, 'file']);
  const tag = `${own}/${name}:latest`;
  made.add(tag);
  await run([docker, 'image', 'import', '--platform', platform, archive, tag]);
  return tag;
}

test.skipIf(registryProgram === undefined)(
  'images are pushed under every tag, recorded by digest, and combined for both CPUs; a pull gives back what was pushed',
  async () => {
    await using folder = await temporaryFolder();
    await using registry = await startRegistry(registryProgram ?? '', folder.path);
    const repository = `${registry.host}/bref/php-82`;
    const images = [
      { local: await makeImage(folder.path, 'x86', amd64), platform: amd64, repository },
      {
        local: await makeImage(folder.path, 'arm', 'linux/arm64'),
        platform: 'linux/arm64',
        repository: `${registry.host}/bref/arm-php-82`,
      },
    ];
    const tags = ['2', '2.3.44'];
    for (const image of images) for (const tag of tags) made.add(`${image.repository}:${tag}`);
    const pushed = await pushImages(images, tags, dependencies);
    expect(pushed.map((image) => image.repository)).toEqual(images.map((image) => image.repository));
    for (const { repository, digest } of pushed) {
      for (const tag of tags) expect(await readDigest(registry.host, repository, tag)).toBe(digest);
    }

    await combineImages(pushed, repository, tags, dependencies);
    const { stdout } = await run([
      docker,
      'buildx',
      'imagetools',
      'inspect',
      '--raw',
      `${repository}:2.3.44`,
    ]);
    const { manifests } = JSON.parse(stdout) as {
      manifests: { digest: string; platform: { architecture: string } }[];
    };
    expect(manifests.map(({ digest, platform }) => [platform.architecture, digest])).toEqual([
      ['amd64', pushed[0]?.digest],
      ['arm64', pushed[1]?.digest],
    ]);

    const before = await readId(images[0]?.local ?? '');
    await run([
      docker,
      'image',
      'rm',
      '--force',
      `${repository}:2`,
      `${repository}:2.3.44`,
      images[0]?.local ?? '',
    ]);
    await run([docker, 'image', 'pull', '--platform', 'linux/amd64', `${repository}:2`]);
    expect(await readId(`${repository}:2`)).toBe(before);
  },
);

test.skipIf(registryProgram === undefined)(
  'a registry that refuses is an error that says to log in',
  async () => {
    await using folder = await temporaryFolder();
    await using registry = await startRegistry(registryProgram ?? '', folder.path, true);
    const repository = `${registry.host}/bref/refused`;
    const local = await makeImage(folder.path, 'refused', amd64);
    made.add(`${repository}:2`);
    await expect(pushImages([{ local, platform: amd64, repository }], ['2'], dependencies)).rejects.toThrow(
      /refused:2 was not pushed: .*Log in with `docker login`/,
    );
  },
);

test('an image that was not built stops everything before the first push', async () => {
  const missing = {
    local: `${own}/missing:latest`,
    platform: amd64,
    repository: '127.0.0.1:9/bref/missing',
  };
  await expect(pushImages([missing], ['2'], dependencies)).rejects.toThrow(
    /There is no image .*make docker-images/,
  );
});

test('an image for another CPU than its name says stops everything before the first push', async () => {
  await using folder = await temporaryFolder();
  const local = await makeImage(folder.path, 'cross', amd64);
  const cross = { local, platform: 'linux/arm64', repository: '127.0.0.1:9/bref/arm-cross' };
  await expect(pushImages([cross], ['2'], dependencies)).rejects.toThrow(
    `The image ${local} is for linux/amd64, not linux/arm64: push images that were built on a machine of that CPU.`,
  );
});

test('a registry that is not there is an error that says how to go on', async () => {
  await using folder = await temporaryFolder();
  const local = await makeImage(folder.path, 'lost', amd64);
  made.add('127.0.0.1:9/bref/lost:2');
  await expect(
    pushImages([{ local, platform: amd64, repository: '127.0.0.1:9/bref/lost' }], ['2'], dependencies),
  ).rejects.toThrow(/127.0.0.1:9\/bref\/lost:2 was not pushed: .*run it again/);
});

async function readId(name: string): Promise<string> {
  const { stdout } = await run([docker, 'image', 'inspect', '--format', '{{.Id}}', name]);
  return stdout.trim();
}

/** The digest of a tag, as the registry itself says. */
async function readDigest(host: string, repository: string, tag: string): Promise<string | null> {
  const path = repository.slice(host.length + 1);
  const accept = 'application/vnd.docker.distribution.manifest.v2+json';
  const answer = await fetch(`http://${host}/v2/${path}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept },
  });
  return answer.headers.get('docker-content-digest');
}
