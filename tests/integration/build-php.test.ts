import type { ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { canUseDebian } from '../fixtures/debian-image.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import {
  buildTinyPhp,
  makeTinySuite,
  tinyDockerfile,
  tinySha256,
  tinySource,
} from '../fixtures/tiny-suite.ts';
import { recordDocker } from '../stand-ins/docker-recorder.ts';
import { serve } from '../stand-ins/file-server.ts';
import { relayTo } from '../stand-ins/socket-relay.ts';

const tags = [
  'test/build-php-99',
  'test/php-99',
  'test/php-99-fpm',
  'test/php-99-console',
  'test/php-99-fpm-dev',
];
// The text is new in each run, so that BuildKit has no step with it in its cache.
const marker = randomUUID();
const slowDockerfile = tinyDockerfile.replace('mkdir -p', `echo ${marker}; sleep 60; mkdir -p`);
const run = createRun(silentLogger());

afterAll(async () => {
  const docker = await findDocker(run);
  await run([docker, 'image', 'rm', ...tags], { allowFailure: true });
});

test('builds trees with metadata and images from verified sources, and does nothing if nothing has changed', async () => {
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
  expect(second.stdout).toContain('Nothing has changed: php-99, php-99-fpm, console are up to date.');
  expect(second.outputs['cache-hit']).toBe('true');

  await writeFile(join(folder.path, 'php/runtime/bootstrap'), '#!/bin/sh\necho changed\n', { mode: 0o755 });
  expect((await buildTinyPhp(folder.path)).exitCode).toBe(0);
  expect(await readFile(join(trees, 'console/bootstrap'), 'utf8')).toContain('changed');
});

test('fetches archives for the dev image only for images, and keeps them out of the layers', async () => {
  await using folder = await temporaryFolder();
  const requested: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    requested.push(request.url);
    if (request.url === '/composer.phar') response.writeHead(404).end();
    else response.end(tinySource);
  });
  await makeTinySuite(folder.path, server.url, `${tinyDockerfile}COPY --from=dev-sources . /dev-sources\n`);
  const pin = { version: '1', sha256: tinySha256 };
  const artifacts = [
    { ...pin, name: 'php', version: '9.9.1', urls: [`${server.url}/php.tar`] },
    { ...pin, name: 'xdebug', use: 'dev-image', feed: 'pecl', urls: [`${server.url}/xdebug.tgz`] },
    // Another hash: the first two have the same hash, so one file in the cache serves both.
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
  expect(requested).toEqual(['/php.tar']);
  const metadata = async () => readFile(join(folder.path, 'output/tree/php-99.metadata.json'), 'utf8');
  const before = await metadata();

  const withImages = await buildTinyPhp(folder.path, { images: 'true' });
  expect(withImages.stderr).not.toContain('Error:');
  expect(withImages.stdout).toContain('composer 1 is left out because it cannot be downloaded.');
  expect(requested).toContain('/composer.phar');
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

test('reports a failed step, keeps the trees of the last build, and leaves no partial tree', async () => {
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

test('suggests more memory if the compiler is killed', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const killedCompiler = `echo ${marker}; sh -c 'kill -KILL $$'; exit $?; mkdir -p`;
  const dockerfile = tinyDockerfile.replace('mkdir -p', () => killedCompiler);
  await makeTinySuite(folder.path, server.url, dockerfile);
  const failed = await buildTinyPhp(folder.path);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain('failed: exit code: 137');
  expect(failed.stderr).toContain('memory. Give the Docker engine more memory');
});

test('stops at a tampered source before any of it runs', async () => {
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

test('restores trees from the cache without an engine, and builds with a warning if the cache was tampered with', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  await buildTinyPhp(folder.path);
  const tree = join(folder.path, 'output/tree/php-99');
  const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

  await rm(join(folder.path, 'output'), { recursive: true });
  const hit = await buildTinyPhp(folder.path, {}, noEngine);
  expect(hit.stdout).toContain('Restored php-99, php-99-fpm, console from the cache');
  expect(hit.outputs).toMatchObject({ 'cache-hit': 'true', images: '' });
  expect(await readFile(join(tree, 'bin/php'), 'utf8')).toBe(tinySource);

  await rm(join(folder.path, 'output'), { recursive: true });
  const [entry = ''] = await readdir(join(folder.path, '.cache/layers'));
  await writeFile(join(folder.path, '.cache/layers', entry, 'php-99/bin/php'), 'another program');
  const rebuilt = await buildTinyPhp(folder.path);
  expect(rebuilt.stdout).toContain('Ignoring the cache entry ');
  expect(rebuilt.stdout).toContain(': php-99/bin/php differs from the saved copy.');
  expect(rebuilt.outputs['cache-hit']).toBe('false');
  expect(await readFile(join(tree, 'bin/php'), 'utf8')).toBe(tinySource);
});

test('replaces a substitute by the pinned release as soon as a server has it', async () => {
  await using folder = await temporaryFolder();
  let hasPinned = false;
  await using server = await serve((request, response) => {
    if (request.url === '/substitute.tar') response.end(tinySource);
    else if (hasPinned) response.end('the pinned release');
    else response.writeHead(404).end();
  });
  await makeTinySuite(folder.path, server.url);
  const pinned = {
    name: 'php',
    version: '9.9.2',
    sha256: createHash('sha256').update('the pinned release').digest('hex'),
    urls: [`${server.url}/pinned.tar`],
    substitutes: [{ version: '9.9.1', sha256: tinySha256, urls: [`${server.url}/substitute.tar`] }],
  };
  await writeFile(join(folder.path, 'php-99/sources.json'), JSON.stringify({ artifacts: [pinned] }));
  const first = await buildTinyPhp(folder.path);
  const second = await buildTinyPhp(folder.path);
  hasPinned = true;
  const third = await buildTinyPhp(folder.path);
  const outcome = ({ outputs, stdout }: typeof first) => ({
    php: outputs.php,
    isCached: outputs['cache-hit'],
    isWarned: stdout.includes('php 9.9.2 cannot be downloaded, so 9.9.1 is built instead.'),
  });
  expect([first, second, third].map(outcome)).toEqual([
    { php: '9.9.1', isCached: 'false', isWarned: true },
    { php: '9.9.1', isCached: 'true', isWarned: true },
    { php: '9.9.2', isCached: 'false', isWarned: false },
  ]);
});

test('only asks for the image of the base OS if the cache has the trees, and starts no build, pull, builder or container', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  await buildTinyPhp(folder.path);
  await rm(join(folder.path, 'output'), { recursive: true });
  const docker = await recordDocker(folder.path, await findDocker(run));
  const hit = await buildTinyPhp(folder.path, {}, docker.environment);
  expect(hit.outputs['cache-hit']).toBe('true');
  // The first command needs only the client. The second asks the engine (and may start it through its socket), the third
  // asks the registry. None of them pulls or makes an image.
  const harmless = /^(buildx version|image inspect .*|buildx imagetools inspect .*)$/;
  const calls = await docker.calls();
  expect(calls.filter((call) => !harmless.test(call))).toEqual([]);
  expect(new Set(calls).size).toBe(calls.length);
  expect(calls).toContain('buildx version');
});

test("builds again for the user's ini files, which PHP loads after the layers' own", async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const iniFolder = 'bref/etc/php/conf.d';
  const withIni = tinyDockerfile.replace(
    'FROM scratch AS trees',
    `RUN mkdir -p /trees/function/${iniFolder} && touch /trees/function/${iniFolder}/bref.ini\n` +
      `COPY --from=ini-files . /trees/function/${iniFolder}/\nFROM scratch AS trees`,
  );
  await makeTinySuite(folder.path, server.url, withIni);
  await buildTinyPhp(folder.path);
  await writeFile(join(folder.path, 'app.ini'), 'memory_limit = 1G');
  await writeFile(join(folder.path, 'bref.ini'), 'memory_limit = 2G');
  const built = await buildTinyPhp(folder.path, { 'ini-files': 'app.ini bref.ini' });
  expect(built.outputs['cache-hit']).toBe('false');
  const loaded = join(folder.path, 'output/tree/php-99', iniFolder);
  // PHP sorts the names by their bytes.
  expect((await readdir(loaded)).sort()).toEqual(['bref.ini', 'zz-app.ini', 'zz-bref.ini']);
  expect(await readFile(join(loaded, 'zz-app.ini'), 'utf8')).toBe('memory_limit = 1G');
});

test('needs no network after a build with `until: sources`', async () => {
  await using folder = await temporaryFolder();
  {
    await using server = await serve((_request, response) => response.end(tinySource));
    await makeTinySuite(folder.path, server.url);
    const fetched = await buildTinyPhp(folder.path, { until: 'sources' });
    expect(fetched.outputs).toMatchObject({ php: '9.9.1', layers: '' });
  }
  expect((await buildTinyPhp(folder.path)).exitCode).toBe(0);
});

test('finds a flag that ./configure rejects, with `until: configured`', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const rejecting = tinyDockerfile.replace(
    'FROM php AS configured',
    'FROM php AS configured\nARG PHP_COMPILATION_FLAGS=',
  );
  await makeTinySuite(folder.path, server.url, rejecting);
  expect(await buildTinyPhp(folder.path, { until: 'configured' })).toMatchObject({ exitCode: 0 });
  const rejected = await buildTinyPhp(folder.path, {
    until: 'configured',
    'configure-flags': '--enable-nonsense',
  });
  expect(rejected.stderr).toContain('configure: error: unrecognized options');
  expect(rejected.stderr).toContain('This PHP does not know a flag. Check `configure-flags`');
});

test('names a builder that does not exist', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  const failed = await buildTinyPhp(folder.path, { builder: 'nowhere' });
  expect(failed.stderr).toContain('The buildx builder "nowhere" cannot be used');
});

/** Writes a suite whose current builder is in a container and cannot see the engine's images. */
async function makeSuiteInContainer(folder: string, url: string) {
  await makeTinySuite(folder, url);
  const environment = { BUILDX_CONFIG: join(folder, 'buildx') };
  const docker = await findDocker(run);
  const create = ['buildx', 'create', '--name', 'in-a-container', '--driver', 'docker-container', '--use'];
  await run([docker, ...create], { env: environment });
  return environment;
}

test('rejects a current builder in a container for debian-12 before any work', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const environment = await makeSuiteInContainer(folder.path, server.url);
  const rejected = await buildTinyPhp(folder.path, { base: 'debian-12' }, environment);
  expect(rejected.stderr).toMatch(
    /^Error: The builder "in-a-container" \(buildx's current one, driver docker-container\) cannot see /,
  );
  expect(rejected.stdout).not.toContain('Sources');
});

test.skipIf(!(await canUseDebian(run)))('builds on debian-12 with the suggested builder', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  const environment = await makeSuiteInContainer(folder.path, server.url);
  const built = await buildTinyPhp(folder.path, { base: 'debian-12', builder: 'default' }, environment);
  expect(built).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Sources') });
});

test('leaves no partial tree if it is stopped, and the next build succeeds', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url, slowDockerfile);
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

test('reports a lost connection to the engine, and the next build succeeds', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await using engine = await relayTo('/var/run/docker.sock', join(folder.path, 'docker.sock'));
  await makeTinySuite(folder.path, server.url, slowDockerfile);
  const disturb = { when: 'build-environment: RUN', how: engine.cut };
  const environment = { DOCKER_HOST: `unix://${join(folder.path, 'docker.sock')}` };
  const failed = await buildTinyPhp(folder.path, {}, environment, { disturb });
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain(
    'The connection to the Docker engine was lost. Start the engine and run this again',
  );
  expect(await readdir(join(folder.path, 'output/tree'))).toEqual([]);
  await makeTinySuite(folder.path, server.url);
  expect((await buildTinyPhp(folder.path)).exitCode).toBe(0);
});

test('stops at a source with an invalid signature before any of it runs', async () => {
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

test('builds a folder outside the suite', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(tinySource));
  await makeTinySuite(folder.path, server.url);
  await rename(join(folder.path, 'php-99'), join(folder.path, 'mine'));
  const built = await buildTinyPhp(folder.path, { folder: 'mine', 'php-version': '98' });
  expect(built.outputs).toMatchObject({ php: '9.9.1', layers: 'php-98\nphp-98-fpm\nconsole' });
  const again = await buildTinyPhp(folder.path, { folder: 'mine', 'php-version': '97' });
  expect(again.outputs).toMatchObject({ layers: 'php-97\nphp-97-fpm\nconsole', 'cache-hit': 'false' });
});

test('builds in another repository with the suite beside it, and tells bake not to ask about outside files', async () => {
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
  // Since buildx 0.20, bake asks before it reads files outside its working folder. Older versions never ask.
  const bakes = (await docker.calls()).filter((call) => call.includes('buildx bake'));
  expect(bakes).toEqual([expect.stringMatching(/^BUILDX_BAKE_ENTITLEMENTS_FS=0 buildx bake /)]);
});

test.each([
  ['php-version', '81', 'Input "php-version" must be one of 99; got "81".'],
  ['cpu', 'sparc', 'Input "cpu" must be one of x86, arm; got "sparc".'],
  ['base', 'alpine', `Input "base" must be one of ${baseOsChoices.join(', ')}; got "alpine".`],
])('rejects an unknown %s in one sentence', async (name, value, message) => {
  await using folder = await temporaryFolder();
  await makeTinySuite(folder.path, 'http://127.0.0.1:9');
  const failed = await buildTinyPhp(folder.path, { [name]: value });
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr.trim()).toBe(`Error: ${message}`);
});
