import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { baseOsImage } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import { cpus, hostCpu } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite, tinyDockerfile, tinySource } from '../fixtures/tiny-suite.ts';
import { serve } from '../stand-ins/file-server.ts';

const run = createRun(silentLogger());
const docker = await findDocker(run);
const machines = { x86: 'x86_64', arm: 'aarch64' } as const;
const goNames = { x86: 'amd64', arm: 'arm64' } as const;
const imagesFor = (cpu: keyof typeof goNames) =>
  ['build-php-99', 'php-99', 'php-99-fpm', 'php-99-console', 'php-99-fpm-dev'].map(
    (name) => `cross/${cpu === 'arm' ? 'arm-' : ''}${name}`,
  );

afterAll(async () => {
  await run([docker, 'image', 'rm', ...cpus.flatMap(imagesFor)], { allowFailure: true });
});

test("compiles for the other CPU on the machine's own CPU, and makes images for the other CPU", async ({
  skip,
}) => {
  const own = hostCpu() ?? 'x86';
  const other = own === 'x86' ? 'arm' : 'x86';
  for (const cpu of cpus) {
    const image = baseOsImage('debian-12', cpu);
    const { exitCode } = await run([docker, 'image', 'inspect', image], { allowFailure: true });
    if (exitCode !== 0) skip(`The engine has no image ${image}. Run make setup CPU=${cpu}.`);
  }
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const compiling = tinyDockerfile.replace(
    'cp /layers/bootstrap /trees/fpm/',
    'uname -m > /trees/fpm/compilers && echo "$LAYER_PLATFORM" > /trees/fpm/target',
  );
  await makeTinySuite(
    folder.path,
    server.url,
    compiling.replace('php AS build-environment', 'php AS build-environment\nARG LAYER_PLATFORM'),
  );

  const built = await buildTinyPhp(folder.path, {
    cpu: other,
    base: 'debian-12',
    images: 'true',
    'image-prefix': 'cross/',
  });

  expect(built.stderr).not.toContain('Error:');
  expect(built.stdout).toContain(`PHP is cross-compiled for ${other} at this machine's speed`);
  const [layer = '', fpm = ''] = built.outputs.layers?.split('\n') ?? [];
  const tree = join(folder.path, 'output/tree');
  expect(await readFile(join(tree, fpm, 'compilers'), 'utf8')).toBe(`${machines[own]}\n`);
  expect(await readFile(join(tree, fpm, 'target'), 'utf8')).toBe(`linux/${goNames[other]}\n`);
  const metadata = JSON.parse(await readFile(join(tree, `${layer}.metadata.json`), 'utf8'));
  expect(metadata).toMatchObject({ cpu: other, base: 'debian-12', compilation: 'cross' });
  const format = '{{.Architecture}}';
  const { stdout } = await run([docker, 'image', 'inspect', '--format', format, ...imagesFor(other)]);
  // The first image contains the compilers.
  expect(stdout.trim().split('\n')).toEqual([goNames[own], ...Array(4).fill(goNames[other])]);
});
