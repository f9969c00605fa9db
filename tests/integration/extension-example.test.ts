import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { motoEnvironment } from '#lib/dev-tools/moto.ts';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { type BundleRun, runBundle } from '../fixtures/run-bundle.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { startModelServer } from '../stand-ins/model-server.ts';
import { findLayerImage } from '../stand-ins/runtime-api/layer-function.ts';

// Runs the example of docs/extensions.md: its files and the steps of its workflow. The tests replace three things: the
// released lower layer and build image (by local builds), AWS (by a local server), and its credentials.

const suite = resolve(import.meta.dirname, '../..');
const run = createRun(silentLogger());

const image = await findLayerImage('build-php-82');
const lowerLayer = join(suite, 'output/php-82');
// The example installs packages of Debian, so the image must have Debian as its base OS.
const isReady =
  image === 'bref/build-php-82' &&
  ['.zip', '.manifest.json'].every((ending) => existsSync(lowerLayer + ending)) &&
  (await run(['docker', 'run', '--rm', image, 'test', '-d', '/var/lib/dpkg'], { allowFailure: true }))
    .exitCode === 0;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

const document = await readFile(join(suite, 'docs/extensions.md'), 'utf8');
const example = document.slice(document.indexOf('\n## An extension of your own\n'));

/** Reads the example's files: a path in backticks at the start of a paragraph, and the following code block. */
function readFiles(): ReadonlyMap<string, string> {
  const found = example.matchAll(/^`([\w./-]+)`[^`]*?:\n\n```[a-z]+\n(.*?)^```$/gms);
  return new Map([...found].map(([, path = '', content = '']) => [path, content]));
}

const files = readFiles();
const released = 'FROM bref/build-php-82:2 AS build\n';
const dockerfile = files.get('Dockerfile')?.replace(released, 'FROM bref/build-php-82 AS build\n') ?? '';

test('the example has all files that its workflow reads', () => {
  expect([...files.keys()]).toEqual([
    'Dockerfile',
    'tests/scripts/lookup.php',
    'layer.json',
    '.github/workflows/layer.yml',
  ]);
  expect(files.get('Dockerfile')).toContain(released);
});

test.each([
  ['', /^sh: .*SHA256: Set it to the checksum of the archive, above or by --build-arg SHA256=/m],
  ['0'.repeat(64), /reader\.orig\.tar\.gz: FAILED/],
])(
  'rejects an archive without a matching checksum if dnf installs it (SHA256=%s)',
  async (sha256, message) => {
    await using folder = await temporaryFolder();
    const [, script = ''] = /^RUN (if command -v dnf .*?)\n\n/ms.exec(files.get('Dockerfile') ?? '') ?? [];
    const programs = { dnf: '', curl: 'echo another archive > reader.orig.tar.gz' };
    for (const [name, content] of Object.entries(programs)) {
      await writeFile(join(folder.path, name), `#!/bin/sh\n${content}\n`, { mode: 0o755 });
    }
    const { exitCode, stdout, stderr } = await run(['sh', '-c', script], {
      cwd: folder.path,
      env: { PATH: `${folder.path}:${process.env.PATH}`, SHA256: sha256 },
      allowFailure: true,
    });
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toMatch(message);
  },
);

describe.skipIf(!isReady)(`the example${isReady ? '' : ' (skipped: run `make php-82` on debian-12)'}`, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const at = (...path: string[]) => join(folder.path, ...path);
  const steps = (
    parse(files.get('.github/workflows/layer.yml') ?? '') as { jobs: { layer: { steps: Step[] } } }
  ).jobs.layer.steps;
  const inputsOf = (action: string) =>
    steps.find(({ uses }) => uses === `brefphp/aws-lambda-layers/actions/${action}@v2`)?.with ?? {};
  const runStep = (action: string, inputs = inputsOf(action), environment = {}): Promise<BundleRun> =>
    runBundle({ action, folder: folder.path, inputs, environment });

  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const [path, content] of files) {
      await mkdir(dirname(at(path)), { recursive: true });
      await writeFile(at(path), path === 'Dockerfile' ? dockerfile : content);
    }
    // test-layer reads these recipes from its repository, and runBundle copies only the action.
    const commands = steps.flatMap(({ run: command }) => command ?? []);
    expect(commands).toHaveLength(2);
    const [build = '', download = ''] = commands;
    const docker = await findDocker(run);
    await run(['sh', '-ec', build.replace(/^docker /, `${docker} `)], { cwd: folder.path });
    // A local build replaces the release.
    expect(download).toMatch(/^gh release download .* --pattern 'php-82\.\*' --dir base$/);
    for (const ending of ['.zip', '.manifest.json'])
      await cp(lowerLayer + ending, at(`base/php-82${ending}`));
  }, 600_000);
  afterAll(() => folder?.[Symbol.asyncDispose]());

  test('is packaged without findings, audited together with its lower layer', async () => {
    const packaged = await runStep('package-layer');
    expect(packaged).toMatchObject({ exitCode: 0, stderr: '' });
    const audit = JSON.parse(await readFile(packaged.outputs.audit ?? '', 'utf8')) as { findings: object[] };
    expect(audit.findings).toEqual([]);
    const manifest = JSON.parse(await readFile(packaged.outputs.manifest ?? '', 'utf8')) as {
      files: { path: string }[];
    };
    expect(manifest.files.map(({ path }) => path)).toEqual([
      'bref/etc/php/conf.d/maxminddb.ini',
      'bref/extensions/maxminddb.so',
      'lib/libmaxminddb.so.0',
      'share/doc/maxminddb/LICENSE',
    ]);
  });

  test("works with its lower layer on a root without Debian's libraries", async () => {
    const tested = await runStep('test-layer', { ...inputsOf('test-layer'), base: 'debian-12' });
    expect(tested).toMatchObject({ exitCode: 0, outputs: { passed: '1', failed: '0' } });
  });

  test('is published privately to the regions in its workflow', async () => {
    await using aws = await startModelServer();
    const { 'role-to-assume': _role, ...inputs } = inputsOf('publish-layer');
    const published = await runStep('publish-layer', inputs, motoEnvironment(aws.url));
    expect(published).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(published.outputs.versions ?? '')).toEqual({
      'php-82-maxminddb': { 'eu-west-1': 1, 'us-east-1': 1 },
    });
    expect(aws.requests.filter((request) => request.includes('policy'))).not.toContainEqual(
      expect.stringContaining('POST'),
    );
  });

  test('copy-dependencies.php reports a missing library with the message in the document', async () => {
    const [, message = ''] = /^ {2}(libmaxminddb.* Searched: )…$/m.exec(example) ?? [];
    expect(message).not.toBe('');
    const copies = '&& php /bref/lib-copy/copy-dependencies.php';
    expect(dockerfile).toContain(copies);
    await writeFile(
      at('Dockerfile.broken'),
      dockerfile.replace(copies, `&& rm /usr/lib/*/libmaxminddb.so.0* ${copies}`),
    );
    const docker = await findDocker(run);
    const broken = await run([docker, 'build', '--file', 'Dockerfile.broken', '--output', 'broken', '.'], {
      cwd: folder.path,
      allowFailure: true,
    });
    expect(broken.exitCode).not.toBe(0);
    expect(broken.stderr).toContain(message);
    expect(existsSync(at('broken'))).toBe(false);
  });

  test('the audit rejects a layer without the library', async () => {
    await cp(at('build/opt'), at('incomplete'), { recursive: true });
    await rm(at('incomplete/lib'), { recursive: true });
    const inputs = { ...inputsOf('package-layer'), path: 'incomplete', name: 'incomplete' };
    const rejected = await runStep('package-layer', inputs);
    expect(rejected.exitCode).toBe(1);
    expect(rejected.stdout).toMatch(/missing-library.*libmaxminddb\.so\.0/);
  });
});
