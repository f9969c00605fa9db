import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { canHaveDebian } from '../helpers/debian-base.ts';
import { recordDocker } from '../helpers/docker-recorder.ts';
import { serve } from '../helpers/file-server.ts';
import { silentLogger } from '../helpers/silent-logger.ts';
import { relayTo } from '../helpers/socket-relay.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import {
  buildTinyPhp,
  makeTinySuite,
  tinyDockerfile,
  tinySha256,
  tinySource,
} from '../helpers/tiny-suite.ts';

const tags = [
  'test/build-php-99',
  'test/php-99',
  'test/php-99-fpm',
  'test/php-99-console',
  'test/php-99-fpm-dev',
];
// BuildKit must not have it from an earlier run.
const marker = randomUUID();
const slow = tinyDockerfile.replace('mkdir -p', `echo ${marker}; sleep 60; mkdir -p`);
const run = createRun(silentLogger());

afterAll(async () => {
  const docker = await findDocker(run);
  await run([docker, 'image', 'rm', ...tags], { allowFailure: true });
});

test('a version is built from verified sources to trees with metadata, and images; again, nothing is done', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);

  const first = await buildTinyPhp(folder.path, { images: 'true' });
  expect(first.stderr).not.toContain('Error:');
  expect(first.exitCode).toBe(0);
  expect(first.outputs).toEqual({
    php: '9.9.1',
    base: expect.stringMatching(/^(al2023|debian-12)$/),
    layers: 'php-99\nphp-99-fpm\nconsole',
    trees: 'output/tree/php-99\noutput/tree/php-99-fpm\noutput/tree/console',
    metadata: ['php-99', 'php-99-fpm', 'console']
      .map((name) => `output/tree/${name}.metadata.json`)
      .join('\n'),
    images: tags.map((tag) => `${tag}:latest`).join('\n'),
    'cache-hit': 'false',
    'trained-profile': '',
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
  expect(await readFile(join(trees, 'php-99/bin/link'), 'utf8')).toBe(tinySource);
  const metadata = JSON.parse(await readFile(join(trees, 'php-99.metadata.json'), 'utf8'));
  expect(metadata).toMatchObject({
    schema: 1,
    layer: 'php-99',
    php: '9.9.1',
    cpu: 'x86',
    base: first.outputs.base,
    profile: 'quick',
    publishable: false,
    sources: [{ name: 'php', version: '9.9.1', sha256: tinySha256 }],
    facts: { compiler: 'none' },
    components: [{ name: 'php', source: { name: 'php', version: '9.9.1', sha256: tinySha256 } }],
  });
  const docker = await findDocker(run);
  const { stdout } = await run([
    docker,
    'run',
    '--rm',
    '--network',
    'none',
    'test/php-99',
    'cat',
    '/opt/bin/php',
  ]);
  expect(stdout).toBe(tinySource);

  const second = await buildTinyPhp(folder.path, { images: 'true' });
  expect(second.stdout).toContain('Nothing has changed: php-99, php-99-fpm, console are built.');
  expect(second.outputs['cache-hit']).toBe('true');

  await writeFile(join(folder.path, 'php/runtime/bootstrap'), '#!/bin/sh\necho changed\n', { mode: 0o755 });
  expect((await buildTinyPhp(folder.path)).exitCode).toBe(0);
  expect(await readFile(join(trees, 'console/bootstrap'), 'utf8')).toContain('changed');
});

test('what only the dev image needs is fetched for images alone, and is no part of the layers', async () => {
  await using folder = await temporaryFolder();
  const asked: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    asked.push(request.url);
    if (request.url === '/composer.phar') response.writeHead(404).end();
    else response.end(tinySource);
  });
  await makeTinySuite(folder.path, server.url, `${tinyDockerfile}COPY --from=dev-sources . /dev-sources\n`);
  const pin = { version: '1', sha256: tinySha256 };
  const artifacts = [
    { ...pin, name: 'php', version: '9.9.1', urls: [`${server.url}/php.tar`] },
    { ...pin, name: 'xdebug', use: 'dev-image', feed: 'pecl', urls: [`${server.url}/xdebug.tgz`] },
    // Other bytes than the first two, which are kept under one hash.
    {
      ...pin,
      name: 'composer',
      use: 'dev-image',
      optional: true,
      sha256: 'c'.repeat(64),
      urls: [`${server.url}/composer.phar`],
    },
  ];
  await writeFile(join(folder.path, 'php-99/sources.json'), JSON.stringify({ artifacts }));

  expect((await buildTinyPhp(folder.path)).exitCode).toBe(0);
  expect(asked).toEqual(['/php.tar']);
  const metadata = async () => readFile(join(folder.path, 'output/tree/php-99.metadata.json'), 'utf8');
  const before = await metadata();

  const withImages = await buildTinyPhp(folder.path, { images: 'true' });
  expect(withImages.stderr).not.toContain('Error:');
  expect(withImages.stdout).toContain('composer 1 is left out because it cannot be downloaded.');
  expect(asked).toContain('/composer.phar');
  expect(await metadata()).toBe(before);
  const docker = await findDocker(run);
  const listing = [
    docker,
    'run',
    '--rm',
    '--network',
    'none',
    'test/php-99-fpm-dev',
    'ls',
    '/dev-sources',
  ] as const;
  expect((await run(listing)).stdout).toBe('xdebug.tar\n');
  expect((await buildTinyPhp(folder.path, { images: 'true' })).outputs['cache-hit']).toBe('true');
});

test('a failing build says what failed, leaves the trees of the last one, and nothing half-made', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  await buildTinyPhp(folder.path);
  const before = await readdir(join(folder.path, 'output/tree'));

  await makeTinySuite(
    folder.path,
    server.url,
    tinyDockerfile.replace('mkdir -p', 'echo the compiler broke >&2; exit 1; mkdir -p'),
  );
  const failed = await buildTinyPhp(folder.path);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toMatch(
    /^Error: The build failed\. build-environment: RUN .* failed: exit code: 1\n {2}the compiler broke\n/,
  );
  expect(failed.stderr.split('\n').length).toBeLessThan(6);
  expect(await readFile(join(folder.path, '.cache/logs/php-99-x86-compile.log'), 'utf8')).toContain(
    'the compiler broke',
  );
  expect(await readdir(join(folder.path, 'output/tree'))).toEqual(before);
});

test('a compiler that is killed is taken for one that had too little memory', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const compiler = `echo ${marker}; sh -c 'kill -KILL $$'; exit $?; mkdir -p`;
  const killed = tinyDockerfile.replace('mkdir -p', () => compiler);
  await makeTinySuite(folder.path, server.url, killed);
  const failed = await buildTinyPhp(folder.path);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain('failed: exit code: 137');
  expect(failed.stderr).toContain('memory: give the Docker engine more');
});

test('a tampered source stops the build before anything of it runs', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end('something else'));
  await makeTinySuite(folder.path, server.url);
  const failed = await buildTinyPhp(folder.path);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain(
    `${server.url}/php.tar is not the php that sources.json pins: expected SHA-256 ${tinySha256}`,
  );
  expect(failed.stdout).not.toContain('Compile');
  await expect(readdir(join(folder.path, 'output'))).rejects.toThrow('ENOENT');
});

test('a hit of the cache brings the trees without an engine; a tampered cache is a warning and a build', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  await buildTinyPhp(folder.path);
  const tree = join(folder.path, 'output/tree/php-99');
  const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

  await rm(join(folder.path, 'output'), { recursive: true });
  const hit = await buildTinyPhp(folder.path, {}, noEngine);
  expect(hit.stdout).toContain('come from the cache');
  expect(hit.outputs).toMatchObject({ 'cache-hit': 'true', images: '' });
  expect(await readFile(join(tree, 'bin/php'), 'utf8')).toBe(tinySource);

  await rm(join(folder.path, 'output'), { recursive: true });
  const [entry = ''] = await readdir(join(folder.path, '.cache/layers'));
  await writeFile(join(folder.path, '.cache/layers', entry, 'php-99/bin/php'), 'another program');
  const rebuilt = await buildTinyPhp(folder.path);
  expect(rebuilt.stdout).toContain('is not used: php-99/bin/php is not what was saved.');
  expect(rebuilt.outputs['cache-hit']).toBe('false');
  expect(await readFile(join(tree, 'bin/php'), 'utf8')).toBe(tinySource);
});

test('a hit asks the engine which image the base is, and for no build, pull, builder or container', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  await buildTinyPhp(folder.path);
  await rm(join(folder.path, 'output'), { recursive: true });
  const docker = await recordDocker(folder.path, await findDocker(run));
  const hit = await buildTinyPhp(folder.path, {}, docker.environment);
  expect(hit.outputs['cache-hit']).toBe('true');
  // The first is the client's own matter. The second asks the engine (and wakes one that a socket starts); the third the
  // registry. Neither pulls or makes a base.
  const harmless = /^(buildx version|image inspect .*|buildx imagetools inspect .*)$/;
  const calls = await docker.calls();
  expect(calls.filter((call) => !harmless.test(call))).toEqual([]);
  expect(new Set(calls).size).toBe(calls.length);
  expect(calls).toContain('buildx version');
});

test("ini files of the user are loaded after the layers' own, and are a reason to build again", async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const scanned = 'bref/etc/php/conf.d';
  const withIni = tinyDockerfile.replace(
    'FROM scratch AS trees',
    `RUN mkdir -p /trees/function/${scanned} && touch /trees/function/${scanned}/bref.ini\n` +
      `COPY --from=ini-files . /trees/function/${scanned}/\nFROM scratch AS trees`,
  );
  await makeTinySuite(folder.path, server.url, withIni);
  await buildTinyPhp(folder.path);
  await writeFile(join(folder.path, 'app.ini'), 'memory_limit = 1G');
  await writeFile(join(folder.path, 'bref.ini'), 'memory_limit = 2G');
  const built = await buildTinyPhp(folder.path, { 'ini-files': 'app.ini bref.ini' });
  expect(built.outputs['cache-hit']).toBe('false');
  const loaded = join(folder.path, 'output/tree/php-99', scanned);
  // PHP loads them in the order of their bytes.
  expect((await readdir(loaded)).sort()).toEqual(['bref.ini', 'zz-app.ini', 'zz-bref.ini']);
  expect(await readFile(join(loaded, 'zz-app.ini'), 'utf8')).toBe('memory_limit = 1G');
});

test('only sources, and a later build needs no network', async () => {
  await using folder = await temporaryFolder();
  {
    await using server = await serve((_request, response) => response.end(tinySource));
    await makeTinySuite(folder.path, server.url);
    const fetched = await buildTinyPhp(folder.path, { until: 'sources' });
    expect(fetched.outputs).toMatchObject({ php: '9.9.1', layers: '' });
  }
  expect((await buildTinyPhp(folder.path)).exitCode).toBe(0);
});

test('a flag that ./configure refuses is found by a build that ends there', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const refusing = tinyDockerfile.replace(
    'FROM php AS configured',
    'FROM php AS configured\nARG PHP_COMPILATION_FLAGS=',
  );
  await makeTinySuite(folder.path, server.url, refusing);
  expect(await buildTinyPhp(folder.path, { until: 'configured' })).toMatchObject({ exitCode: 0 });
  const refused = await buildTinyPhp(folder.path, {
    until: 'configured',
    'configure-flags': '--enable-nonsense',
  });
  expect(refused.stderr).toContain('configure: error: unrecognized options');
  expect(refused.stderr).toContain('This PHP has no such flag: look at `configure-flags`');
});

test('a builder that there is not is named', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  const failed = await buildTinyPhp(folder.path, { builder: 'nowhere' });
  expect(failed.stderr).toContain('There is no buildx builder "nowhere"');
});

/** A suite where a builder in a container, which does not see the images of the engine, is the current one. */
async function makeSuiteInContainer(folder: string, url: string) {
  await makeTinySuite(folder, url);
  const environment = { BUILDX_CONFIG: join(folder, 'buildx') };
  const docker = await findDocker(run);
  const create = ['buildx', 'create', '--name', 'in-a-container', '--driver', 'docker-container', '--use'];
  await run([docker, ...create], { env: environment });
  return environment;
}

test('a current builder in a container is refused for debian-12 before anything is done', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const environment = await makeSuiteInContainer(folder.path, server.url);
  const refused = await buildTinyPhp(folder.path, { base: 'debian-12' }, environment);
  expect(refused.stderr).toMatch(
    /^Error: The builder "in-a-container" \(buildx's current one, driver docker-container\) cannot see /,
  );
  expect(refused.stdout).not.toContain('Sources');
});

test.skipIf(!(await canHaveDebian(run)))(
  'the remedy for a builder in a container builds on debian-12',
  async () => {
    await using folder = await temporaryFolder();
    await using server = await serve((_request, response) => response.end(tinySource));
    const environment = await makeSuiteInContainer(folder.path, server.url);
    const built = await buildTinyPhp(folder.path, { base: 'debian-12', builder: 'default' }, environment);
    expect(built).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Sources') });
  },
);

test('a build that is stopped leaves no half tree, and the next one is clean', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url, slow);
  const how = (action: ChildProcess) => action.kill('SIGTERM');
  const stopped = await buildTinyPhp(
    folder.path,
    {},
    {},
    { disturb: { when: 'build-environment: RUN', how } },
  );
  expect(stopped).toMatchObject({
    exitCode: 143,
    stderr: expect.stringContaining('Error: Stopped by SIGTERM.'),
  });
  const findProcesses = () => run(['pgrep', '--full', marker], { allowFailure: true });
  await expect.poll(async () => (await findProcesses()).stdout, { timeout: 60_000 }).toBe('');
  expect(await readdir(join(folder.path, 'output/tree'))).toEqual([]);
  await makeTinySuite(folder.path, server.url);
  expect((await buildTinyPhp(folder.path)).exitCode).toBe(0);
});

test('an engine that goes away in the middle is said to have, and the next build is clean', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await using engine = await relayTo('/var/run/docker.sock', join(folder.path, 'docker.sock'));
  await makeTinySuite(folder.path, server.url, slow);
  const disturb = { when: 'build-environment: RUN', how: engine.cut };
  const environment = { DOCKER_HOST: `unix://${join(folder.path, 'docker.sock')}` };
  const failed = await buildTinyPhp(folder.path, {}, environment, { disturb });
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain('The Docker engine went away: start it and run this again');
  expect(await readdir(join(folder.path, 'output/tree'))).toEqual([]);
  await makeTinySuite(folder.path, server.url);
  expect((await buildTinyPhp(folder.path)).exitCode).toBe(0);
});

test('a source whose signature is none stops the build before anything of it runs', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  const path = join(folder.path, 'php-99/sources.json');
  const { artifacts } = JSON.parse(await readFile(path, 'utf8')) as { artifacts: [object] };
  const signature = { file: 'php.asc', keys: ['A'.repeat(40)] };
  await writeFile(path, JSON.stringify({ artifacts: [{ ...artifacts[0], signature }] }));
  await writeFile(join(folder.path, 'php-99/php.asc'), 'signed, the release manager');
  const failed = await buildTinyPhp(folder.path);
  expect(failed.stderr).toContain('php-99/php.asc cannot be read as an armored OpenPGP signature.');
  expect(failed.stdout).not.toContain('Compile');
});

test("a folder outside of the suite is built by the suite's rules", async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  await rename(join(folder.path, 'php-99'), join(folder.path, 'mine'));
  const built = await buildTinyPhp(folder.path, { folder: 'mine', 'php-version': '98' });
  expect(built.outputs).toMatchObject({ php: '9.9.1', layers: 'php-98\nphp-98-fpm\nconsole' });
  const again = await buildTinyPhp(folder.path, { folder: 'mine', 'php-version': '97' });
  expect(again.outputs).toMatchObject({ layers: 'php-97\nphp-97-fpm\nconsole', 'cache-hit': 'false' });
});

test('a foreign repository builds with the suite beside it, and bake is not asked about files outside', async () => {
  await using suite = await temporaryFolder();
  await using workspace = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(suite.path, server.url);
  await writeFile(join(workspace.path, 'mine.ini'), 'memory_limit = 1G');
  const docker = await recordDocker(workspace.path, await findDocker(run));
  const built = await buildTinyPhp(workspace.path, { 'ini-files': 'mine.ini' }, docker.environment, {
    suite: suite.path,
  });
  expect(built.stderr).not.toContain('Error:');
  expect(built.outputs).toMatchObject({ php: '9.9.1', layers: 'php-99\nphp-99-fpm\nconsole' });
  expect(await readFile(join(workspace.path, 'output/tree/php-99/bin/php'), 'utf8')).toBe(tinySource);
  // Since buildx 0.20 bake reads nothing outside of its working folder without being allowed to; older ones say nothing.
  const bakes = (await docker.calls()).filter((call) => call.includes('buildx bake'));
  expect(bakes).toEqual([expect.stringMatching(/^BUILDX_BAKE_ENTITLEMENTS_FS=0 buildx bake /)]);
});

test.each([
  ['php-version', '81', 'Input "php-version" must be one of 99; got "81".'],
  ['cpu', 'sparc', 'Input "cpu" must be one of x86, arm; got "sparc".'],
  ['base', 'alpine', 'Input "base" must be one of auto, al2023, debian-12; got "alpine".'],
])('an unknown %s is refused by the bundle in one sentence', async (name, value, message) => {
  await using folder = await temporaryFolder();
  await makeTinySuite(folder.path, 'http://127.0.0.1:9');
  const failed = await buildTinyPhp(folder.path, { [name]: value });
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr.trim()).toBe(`Error: ${message}`);
});
