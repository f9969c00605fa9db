import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pullImage } from '#lib/base-os/registry.ts';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { type EcrPublic, type Refusal, startEcrPublic } from '../stand-ins/ecr-public.ts';
import { obtainRegistry, startRegistry } from '../stand-ins/registry.ts';

// A real Docker engine pulls from Debian's registry through a server that refuses as ECR Public does.
const run = createRun(silentLogger());
const docker = await findDocker(run);
const registryProgram = await obtainRegistry();
if (registryProgram === undefined)
  console.warn('Skipping the pulls from a registry: only Debian has a registry server as a package.');
const testWithRegistry = test.skipIf(registryProgram === undefined);

interface Store extends AsyncDisposable {
  readonly ecr: EcrPublic;
  /** Name of an image that is only in the registry. */
  readonly image: string;
}

async function storeImage(refusals: readonly Refusal[] = []): Promise<Store> {
  const cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await temporaryFolder());
  const registry = cleanup.use(await startRegistry(registryProgram ?? '', folder.path));
  const ecr = cleanup.use(await startEcrPublic(registry.host, refusals));
  const path = `lambda/provided-${randomBytes(4).toString('hex')}:al2023`;
  const [archive, direct, image] = [
    join(folder.path, 'image.tar'),
    `${registry.host}/${path}`,
    `${ecr.host}/${path}`,
  ];
  await writeFile(join(folder.path, 'file'), path);
  await run(['tar', '-cf', archive, '-C', folder.path, 'file']);
  await run([docker, 'image', 'import', '--platform', 'linux/amd64', archive, direct]);
  await run([docker, 'push', '--quiet', direct]);
  await run([docker, 'image', 'rm', direct]);
  cleanup.defer(async () => {
    await run([docker, 'image', 'rm', '--force', image], { allowFailure: true });
  });
  return { ecr, image, [Symbol.asyncDispose]: () => cleanup.disposeAsync() };
}

testWithRegistry(
  'gets an image in spite of a rate limit, a failing server and a broken connection',
  async () => {
    await using store = await storeImage(['rate', 'unavailable', 'reset']);
    const log = silentLogger();
    await pullImage(store.image, 'x86', { run, docker, log });
    expect((await run([docker, 'image', 'inspect', store.image])).exitCode).toBe(0);
    const answers = log.lines
      .slice(1)
      .map((line) => line.replace(/^Attempt \d of \d failed: |\. Pulling .*$/g, ''));
    expect(answers).toEqual([
      'toomanyrequests: Rate exceeded',
      'received unexpected HTTP status: 503 Service Unavailable',
      expect.stringContaining('EOF'),
    ]);
  },
);

testWithRegistry('stays below one pull a second', async () => {
  await using store = await storeImage();
  // Another client of the same address has just pulled.
  await run([docker, 'pull', '--quiet', store.image]);
  await run([docker, 'image', 'rm', store.image]);
  const log = silentLogger();
  await pullImage(store.image, 'x86', { run, docker, log });
  expect(log.lines.slice(1)).toEqual([
    expect.stringMatching(
      /^Attempt 1 of 8 failed: toomanyrequests: Rate exceeded\. Pulling again in [1-3] s \.\.\.$/,
    ),
  ]);
});

testWithRegistry('names the limit and the fix if the limit lasts', async () => {
  await using store = await storeImage(Array<Refusal>(8).fill('rate'));
  const wait = async () => {};
  await expect(pullImage(store.image, 'x86', { run, docker, log: silentLogger(), wait })).rejects.toThrow(
    `${store.image} could not be pulled in 8 attempts. The last answer: toomanyrequests: Rate exceeded. ` +
      'The registry limits the rate of anonymous pulls. Log in with `aws ecr-public',
  );
});

testWithRegistry.each([
  ['a monthly limit', ['data'], '', 'Data limit exceeded. The registry limits the data of anonymous pulls'],
  ['an unknown tag', [], '-none', 'manifest unknown'],
] as const)('asks once after %s', async (_, refusals, suffix, message) => {
  await using store = await storeImage(refusals);
  await expect(
    pullImage(`${store.image}${suffix}`, 'x86', { run, docker, log: silentLogger() }),
  ).rejects.toThrow(message);
  expect(store.ecr.pulls()).toBe(1);
});
