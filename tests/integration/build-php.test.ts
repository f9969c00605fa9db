import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createRun } from '../../actions/shared/command.ts';
import { findDocker } from '../../actions/shared/docker.ts';
import { serve } from '../helpers/file-server.ts';
import { runBundle } from '../helpers/run-bundle.ts';
import { silentLogger } from '../helpers/silent-logger.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// A version of its own, which compiles nothing: the bundle, BuildKit and the engine are real, and seconds are enough.
const dockerfile = `
FROM base AS build-environment
COPY --from=layers-files . /layers
RUN --network=none --mount=type=bind,from=sources,target=/sources \\
    mkdir -p /trees/function/bin /trees/fpm /trees/console && cp /sources/php.tar /trees/function/bin/php && \\
    ln -s php /trees/function/bin/link && cp /layers/bootstrap /trees/fpm/ && cp /layers/bootstrap /trees/console/ && \\
    echo '{ "compiler": "none", "components": [{ "name": "php", "artifact": "php" }] }' > /trees/facts.json
FROM scratch AS trees
COPY --from=build-environment /trees /
FROM base AS function
COPY --from=trees /function /opt
FROM base AS fpm
COPY --from=trees /fpm /opt
FROM function AS console
`;

const source = 'a source archive';
const sha256 = createHash('sha256').update(source).digest('hex');
const tags = ['bref/build-php-99', 'bref/php-99', 'bref/php-99-fpm', 'bref/php-99-console'];
const run = createRun(silentLogger());

/** A suite outside this repository, with the one version 99. */
async function makeSuite(folder: string, url: string, content = dockerfile): Promise<void> {
  for (const name of [
    'php-99',
    'bases/al2023',
    'bases/debian-12',
    'layers',
    'training',
    'utils/describe-build',
    'utils/lib-copy',
    'policies',
  ]) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'bootstrap'), `#!/bin/sh\necho ${name}\n`, { mode: 0o755 });
  }
  for (const base of ['al2023', 'debian-12']) {
    await mkdir(join(folder, 'bases', base, 'layer'), { recursive: true });
    await writeFile(join(folder, 'bases', base, 'layer/waivers.txt'), 'foreign-path: not needed\n');
  }
  await writeFile(join(folder, 'php-99/Dockerfile'), content);
  const artifact = { name: 'php', version: '9.9.1', sha256, urls: [`${url}/php.tar`] };
  await writeFile(join(folder, 'php-99/sources.json'), JSON.stringify({ artifacts: [artifact] }));
}

function build(folder: string, inputs: Readonly<Record<string, string>> = {}) {
  return runBundle({
    action: 'build-php',
    folder,
    inputs: { 'php-version': '99', base: 'auto', profile: 'quick', ...inputs },
  });
}

afterAll(async () => {
  const docker = await findDocker(run);
  await run([docker, 'image', 'rm', ...tags], { allowFailure: true });
});

test('a version is built from verified sources to trees with metadata, and images; again, nothing is done', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(source));
  await makeSuite(folder.path, server.url);

  const first = await build(folder.path);
  expect(first.stderr).not.toContain('Error:');
  expect(first.exitCode).toBe(0);
  expect(first.outputs).toEqual({
    php: '9.9.1',
    base: expect.stringMatching(/^(al2023|debian-12)$/),
    layers: 'php-99\nphp-99-fpm\nconsole',
    trees: 'output/tree/php-99\noutput/tree/php-99-fpm\noutput/tree/console',
  });
  expect(first.summary).toContain('PHP 9.9.1 (x86, quick, ');
  const trees = join(folder.path, 'output/tree');
  expect((await readdir(trees)).sort()).toEqual([
    'console',
    'console.metadata.json',
    'php-99',
    'php-99-fpm',
    'php-99-fpm.metadata.json',
    'php-99-fpm.waivers.txt',
    'php-99.metadata.json',
    'php-99.waivers.txt',
  ]);
  expect(await readFile(join(trees, 'php-99/bin/link'), 'utf8')).toBe(source);
  const metadata = JSON.parse(await readFile(join(trees, 'php-99.metadata.json'), 'utf8'));
  expect(metadata).toMatchObject({
    schema: 1,
    layer: 'php-99',
    php: '9.9.1',
    cpu: 'x86',
    base: first.outputs.base,
    profile: 'quick',
    publishable: false,
    sources: [{ name: 'php', version: '9.9.1', sha256 }],
    facts: { compiler: 'none' },
    components: [{ name: 'php', source: { name: 'php', version: '9.9.1', sha256 } }],
  });
  const docker = await findDocker(run);
  const { stdout } = await run([
    docker,
    'run',
    '--rm',
    '--network',
    'none',
    'bref/php-99',
    'cat',
    '/opt/bin/php',
  ]);
  expect(stdout).toBe(source);

  const second = await build(folder.path);
  expect(second.stdout).toContain('Nothing has changed: php-99, php-99-fpm, console are built.');

  await writeFile(join(folder.path, 'layers/bootstrap'), '#!/bin/sh\necho changed\n', { mode: 0o755 });
  expect((await build(folder.path)).exitCode).toBe(0);
  expect(await readFile(join(trees, 'console/bootstrap'), 'utf8')).toContain('changed');
});

test('a failing build says what failed, leaves the trees of the last one, and nothing half-made', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(source));
  await makeSuite(folder.path, server.url);
  await build(folder.path);
  const before = await readdir(join(folder.path, 'output/tree'));

  await makeSuite(
    folder.path,
    server.url,
    dockerfile.replace('mkdir -p', 'echo the compiler broke >&2; exit 1; mkdir -p'),
  );
  const failed = await build(folder.path);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toMatch(/buildx bake .* exited with 1/);
  expect(failed.stderr).toContain('the compiler broke');
  expect(await readdir(join(folder.path, 'output/tree'))).toEqual(before);
});

test('a tampered source stops the build before Docker is asked for anything', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end('something else'));
  await makeSuite(folder.path, server.url);
  const failed = await build(folder.path);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain(
    `${server.url}/php.tar is not the php that sources.json pins: expected SHA-256 ${sha256}`,
  );
  expect(failed.stdout).not.toContain('Compile');
  await expect(readdir(join(folder.path, 'output'))).rejects.toThrow('ENOENT');
});

test.each([
  ['php-version', '81', 'Input "php-version" must be one of 99; got "81".'],
  ['cpu', 'sparc', 'Input "cpu" must be one of x86, arm; got "sparc".'],
  ['base', 'alpine', 'Input "base" must be one of auto, al2023, debian-12; got "alpine".'],
])('an unknown %s is refused by the bundle in one sentence', async (name, value, message) => {
  await using folder = await temporaryFolder();
  await makeSuite(folder.path, 'http://127.0.0.1:9');
  const failed = await build(folder.path, { [name]: value });
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr.trim()).toBe(`Error: ${message}`);
});
