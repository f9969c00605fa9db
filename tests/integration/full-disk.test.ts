import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTree } from '../fixtures/layer-tree.ts';
import { runBundle } from '../fixtures/run-bundle.ts';
import { canMount, fillerName, mountSmallDisk } from '../fixtures/small-disk.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinyDockerfile, tinySource } from '../fixtures/tiny-suite.ts';
import { canStartEngine, startEmptyEngine } from '../stand-ins/empty-engine.ts';
import { serve } from '../stand-ins/file-server.ts';

test.skipIf(!canMount)(
  'package-layer reports a full disk with the fix, and leaves nothing behind',
  async () => {
    await using layer = await makeTree({ noise: { bytes: randomBytes(200_000), mode: 0o644 } });
    await using folder = await temporaryFolder();
    const disk = join(folder.path, 'disk');
    using _smallDisk = mountSmallDisk(disk, 64);
    const { exitCode, stderr } = await runBundle({
      action: 'package-layer',
      folder: folder.path,
      inputs: { path: layer.path, name: 'layer', cpu: 'any', level: 'fast', output: disk, prune: 'false' },
    });
    expect(stderr).toMatch(/layer\.(zip|sbom\.json|manifest\.json) cannot be written: the disk is full/);
    expect(exitCode).toBe(1);
    expect((await readdir(disk)).filter((name) => name !== 'layer.audit.json')).toEqual([]);
  },
);

/** Writes a suite with a server for its only source. */
async function serveTinySuite(dockerfile?: string) {
  const folder = await temporaryFolder();
  const server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url, dockerfile);
  return {
    path: folder.path,
    output: join(folder.path, 'output/tree'),
    cache: join(folder.path, '.cache'),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const isFull = 'cannot be written: the disk is full. Free some space, then try again.';

test.skipIf(!canMount)(
  'stops fetching sources if the disk is full, and fetches them once there is space',
  async () => {
    await using suite = await serveTinySuite();
    using disk = mountSmallDisk(suite.cache, 64);
    disk.fill();
    const { exitCode, stderr } = await buildTinyPhp(suite.path, { until: 'sources' });
    expect(stderr).toMatch(new RegExp(`^Error: \\S+/sources/[0-9a-f]{64}\\.part ${isFull}`));
    expect(exitCode).toBe(1);
    expect(await readdir(join(suite.cache, 'sources'))).toEqual([]);
    disk.free();
    expect(await buildTinyPhp(suite.path, { until: 'sources' })).toMatchObject({ exitCode: 0, stderr: '' });
  },
);

test.skipIf(!canMount)(
  'reports a full disk at every point of a build, and leaves nothing partial',
  async () => {
    await using suite = await serveTinySuite();
    await buildTinyPhp(suite.path, { until: 'sources' });
    using disk = mountSmallDisk(suite.output, 256);
    let failures = '';
    // Every file takes a block. With more free blocks, the build fails later.
    for (let freeBlocks = 0; ; freeBlocks += 2) {
      disk.fill(freeBlocks);
      const { exitCode, stderr } = await buildTinyPhp(suite.path);
      disk.free();
      if (exitCode === 0) break;
      expect(stderr).toMatch(/the disk is full|a full disk under `output`/);
      expect(await readdir(suite.output)).toEqual([]);
      failures += stderr;
    }
    // The sources for BuildKit, the trees from BuildKit, and their metadata.
    expect(failures).toMatch(new RegExp(`php\\.tar ${isFull}`));
    expect(failures).toContain('The result of the build could not be written.');
    expect(failures).toMatch(
      new RegExp(`A file in one of the folders \\S*output/tree, \\S+\\.cache, \\S+ ${isFull}`),
    );
    expect(await readdir(suite.output)).toContain('php-99.metadata.json');
  },
);

test.skipIf(!canMount)(
  'leaves nothing partial if trees from the cache do not fit, and restores them once there is space',
  async () => {
    await using suite = await serveTinySuite();
    await buildTinyPhp(suite.path);
    await rm(suite.output, { recursive: true });
    using disk = mountSmallDisk(suite.output, 64);
    disk.fill(2);
    const { exitCode, stderr } = await buildTinyPhp(suite.path);
    expect(stderr).toContain(isFull);
    expect(exitCode).toBe(1);
    expect(await readdir(suite.output)).toEqual([fillerName]);
    disk.free();
    expect((await buildTinyPhp(suite.path)).outputs['cache-hit']).toBe('true');
  },
);

test.skipIf(!canMount)('succeeds if its log and the cache do not fit', async () => {
  const slowStep = `echo ${randomBytes(8).toString('hex')}; sleep 1; echo done; mkdir -p`;
  await using suite = await serveTinySuite(tinyDockerfile.replace('mkdir -p', slowStep));
  using disk = mountSmallDisk(suite.cache, 64);
  const how = () => existsSync(join(suite.cache, fillerName)) || disk.fill();
  const built = await buildTinyPhp(suite.path, {}, {}, { disturb: { when: '== Compile', how } });
  expect(built).toMatchObject({ exitCode: 0, stderr: '' });
  expect(built.stdout).toMatch(new RegExp(`Warning: \\S+/php-99-x86-compile\\.log ${isFull}`));
  expect(built.stdout).toMatch(new RegExp(`Warning: The result was not cached: \\S+ ${isFull}`));
  expect(await readdir(join(suite.cache, 'layers'))).toEqual([]);
  expect(await readFile(join(suite.output, 'php-99/bin/php'), 'utf8')).toBe(tinySource);
});

test.skipIf(!canMount)('reports a disk that is full inside the build', async () => {
  const writing = `head -c 200000 /dev/zero > /small/${randomBytes(8).toString('hex')}; mkdir -p`;
  const mount =
    'RUN --network=none --mount=type=tmpfs,target=/small,size=65536 --mount=type=bind,from=sources';
  const dockerfile = tinyDockerfile
    .replace('mkdir -p', `set -e; ${writing}`)
    .replace('RUN --network=none --mount=type=bind,from=sources', mount);
  await using suite = await serveTinySuite(dockerfile);
  const { exitCode, stderr } = await buildTinyPhp(suite.path);
  expect(stderr).toContain('No space left on device');
  expect(stderr).toContain(
    'The disk is full. Free some space (`docker builder prune` removes old build steps)',
  );
  expect(exitCode).toBe(1);
});

test.skipIf(!canStartEngine)('reports a disk that is too full to make a base OS', async () => {
  await using suite = await serveTinySuite();
  await using engine = await startEmptyEngine(suite.path);
  using _disk = mountSmallDisk(join(suite.path, 'temporary'), 64);
  const environment = { DOCKER_HOST: engine.host, TMPDIR: join(suite.path, 'temporary') };
  const { exitCode, stderr } = await buildTinyPhp(suite.path, { base: 'debian-12' }, environment);
  expect(stderr).toContain('The disk is full. Free some space');
  expect(exitCode).toBe(1);
  expect(await readdir(environment.TMPDIR)).toEqual([]);
});
