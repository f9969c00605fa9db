import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { combineImages, pushImages } from '../../tools/push-images/push.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { obtainRegistry, startRegistry } from '../stand-ins/registry.ts';

const log = silentLogger();
const run = createRun(log);
const docker = await findDocker(run);
const dependencies = { run, log, docker };
const registryProgram = await obtainRegistry();
if (registryProgram === undefined)
  console.warn('Skipping the tests with a registry: only Debian has a registry server as a package.');

const amd64 = 'linux/amd64';
const namePrefix = `push-images-test-${randomBytes(4).toString('hex')}`;
const createdTags = new Set<string>();
afterAll(async () => {
  await run([docker, 'image', 'rm', '--force', ...createdTags], { allowFailure: true });
});

/** Creates an image with one file for a platform in the engine. */
async function makeImage(folder: string, name: string, platform: string): Promise<string> {
  await writeFile(join(folder, 'file'), `${name} ${platform}`);
  const archive = join(folder, `${name}.tar`);
  await run(['tar', '-cf', archive, '-C', folder, 'file']);
  const tag = `${namePrefix}/${name}:latest`;
  createdTags.add(tag);
  await run([docker, 'image', 'import', '--platform', platform, archive, tag]);
  return tag;
}

test.skipIf(registryProgram === undefined)(
  'pushes images under every tag, combines them for both CPUs by digest, and a pull returns the same image',
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
    for (const image of images) for (const tag of tags) createdTags.add(`${image.repository}:${tag}`);
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

    const idBefore = await readId(images[0]?.local ?? '');
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
    expect(await readId(`${repository}:2`)).toBe(idBefore);
  },
);

test.skipIf(registryProgram === undefined)('advises to log in if the registry refuses', async () => {
  await using folder = await temporaryFolder();
  await using registry = await startRegistry(registryProgram ?? '', folder.path, true);
  const repository = `${registry.host}/bref/refused`;
  const local = await makeImage(folder.path, 'refused', amd64);
  createdTags.add(`${repository}:2`);
  await expect(pushImages([{ local, platform: amd64, repository }], ['2'], dependencies)).rejects.toThrow(
    /Cannot push .*refused:2: .*Log in with `docker login`/,
  );
});

test('pushes nothing if an image was not built', async () => {
  const missing = {
    local: `${namePrefix}/missing:latest`,
    platform: amd64,
    repository: '127.0.0.1:9/bref/missing',
  };
  await expect(pushImages([missing], ['2'], dependencies)).rejects.toThrow(
    /Image .* does not exist. Build it first with make docker-images/,
  );
});

test('pushes nothing if an image has another CPU than its name', async () => {
  await using folder = await temporaryFolder();
  const local = await makeImage(folder.path, 'cross', amd64);
  const cross = { local, platform: 'linux/arm64', repository: '127.0.0.1:9/bref/arm-cross' };
  await expect(pushImages([cross], ['2'], dependencies)).rejects.toThrow(
    `Image ${local} is for linux/amd64, not for linux/arm64. Push images that were built on a machine with that CPU.`,
  );
});

test('advises to run again if the registry does not answer', async () => {
  await using folder = await temporaryFolder();
  const local = await makeImage(folder.path, 'lost', amd64);
  createdTags.add('127.0.0.1:9/bref/lost:2');
  await expect(
    pushImages([{ local, platform: amd64, repository: '127.0.0.1:9/bref/lost' }], ['2'], dependencies),
  ).rejects.toThrow(/Cannot push 127.0.0.1:9\/bref\/lost:2: .*Run the command again/);
});

async function readId(name: string): Promise<string> {
  const { stdout } = await run([docker, 'image', 'inspect', '--format', '{{.Id}}', name]);
  return stdout.trim();
}

/** Reads the digest of a tag from the registry. */
async function readDigest(host: string, repository: string, tag: string): Promise<string | null> {
  const path = repository.slice(host.length + 1);
  const accept = 'application/vnd.docker.distribution.manifest.v2+json';
  const response = await fetch(`http://${host}/v2/${path}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept },
  });
  return response.headers.get('docker-content-digest');
}
