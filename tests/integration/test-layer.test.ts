import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRun, type Run } from '../../actions/shared/command.ts';
import { hostCpu } from '../../actions/shared/cpu.ts';
import { findDocker } from '../../actions/shared/docker.ts';
import type { Inputs } from '../../actions/test-layer/src/inputs.ts';
import type { Report } from '../../actions/test-layer/src/report.ts';
import { findEmulator } from '../../actions/test-layer/src/rie.ts';
import { baseImages } from '../../actions/test-layer/src/root.ts';
import { type Dependencies, testLayers } from '../../actions/test-layer/src/run.ts';
import { buildElf } from '../unit/package-layer/elf/elf-builder.ts';
import { makeWorkspace, recordLog, type Workspace } from '../unit/test-layer/workspace.ts';
import { nodeLayer } from './node-layer.ts';

const { log } = recordLog();
const run: Run = createRun(log);
const cpu = hostCpu() ?? 'x86';
const loader = { x86: '/lib64/ld-linux-x86-64.so.2', arm: '/lib/ld-linux-aarch64.so.1' }[cpu];
const machine = { x86: 62, arm: 183 }[cpu];

let docker: string;
let shared: Workspace;
let node: string;

beforeAll(async () => {
  docker = await findDocker(run);
  shared = await makeWorkspace();
  node = await shared.zip('node.zip', await nodeLayer());
});
afterAll(() => shared[Symbol.asyncDispose]());

/** Runs the cases of `<workspace>/set` on the bare Debian root. */
function testSet(
  workspace: Workspace,
  inputs: Partial<Inputs>,
  needs: Partial<Dependencies> = {},
): Promise<Report> {
  return testLayers(
    {
      layers: [node],
      tests: [join(workspace.path, 'set')],
      cpu,
      base: 'debian-12',
      filter: undefined,
      memory: 512,
      rie: undefined,
      report: undefined,
      cacheFolder: '.cache',
      ...inputs,
    },
    { docker, run, log, signal: new AbortController().signal, images: baseImages, ...needs },
  );
}

/** Each case's name without its set, and why it failed. */
function outcomes({ results }: Report): Record<string, readonly string[]> {
  return Object.fromEntries(results.map(({ name, reasons }) => [name.replace(/^set\/\w+\//, ''), reasons]));
}

function logOf({ results }: Report, name: string): string {
  return results.find((result) => result.name.endsWith(`/${name}`))?.log ?? '';
}

async function addInvocation(
  workspace: Workspace,
  name: string,
  handler: string,
  expected: unknown,
  event?: unknown,
) {
  const folder = `set/invocations/${name}`;
  await workspace.file(`${folder}/handler.mjs`, `export const handler = ${handler};`);
  await workspace.file(`${folder}/expected.json`, expected);
  if (event !== undefined) await workspace.file(`${folder}/event.json`, event);
}

test('invocations of a layer that is not PHP pass or fail by what they answer and log', async () => {
  await using workspace = await makeWorkspace();
  const add = addInvocation.bind(undefined, workspace);
  await add(
    'echo',
    '(event) => ({ echo: event, more: 1 })',
    { answer: { echo: { a: ['ü', null] } } },
    { a: ['ü', null] },
  );
  await add(
    'error',
    '() => { throw new TypeError("bad"); }',
    { answer: { errorType: 'TypeError', errorMessage: 'bad' } },
    1,
  );
  await add('kept', '(() => { let n = 0; return () => ++n; })()', {
    events: [1, 2, 3].map((n) => ({ event: {}, answer: n })),
  });
  await add('exit', '(event) => process.exit(event)', {
    events: [
      { event: 3, answer: { errorType: 'Runtime.ExitError', errorMessage: { $matches: 'exit status 3$' } } },
      { event: 4, answer: { errorMessage: { $matches: 'exit status 4$' } } },
    ],
  });
  await add('timeout', '() => new Promise((done) => setTimeout(done, 60_000))', {
    timeout: 1,
    events: [{ event: 1, answer: 'Task timed out after 1.00 seconds' }],
  });
  await add('handler', '1', {
    environment: { _HANDLER: 'missing.mjs' },
    events: [
      { event: 1, answer: { errorMessage: { $matches: "Cannot find module '/var/task/missing.mjs'" } } },
    ],
  });
  await add(
    'log',
    '() => { console.log("to stdout"); console.error("to stderr"); }',
    { log: ['to stdout', 'to stderr'] },
    1,
  );
  await add('large', '(event) => "x".repeat(event)', { answer: { $matches: '^x{5000000}$' } }, 5_000_000);
  await add('wrong', '() => ({ statusCode: 500 })', { answer: { statusCode: 200 } }, {});
  await add('silent', '() => console.log("something")', { log: ['something', 'something else'] }, {});
  const report = await testSet(workspace, {});
  expect(outcomes(report)).toEqual({
    echo: [],
    error: [],
    kept: [],
    exit: [],
    timeout: [],
    handler: [],
    log: [],
    large: [],
    wrong: ['answer.statusCode: expected 200, got 500'],
    silent: ['log: expected "something else" in it, got no such text'],
  });
  expect(report).toMatchObject({ passed: 8, failed: 2, root: `debian-12 (${cpu})` });
  expect(logOf(report, 'silent')).toContain('something');
});

test('the sandbox of a case is that of Lambda', async () => {
  await using workspace = await makeWorkspace();
  const script = (name: string, content: string) => workspace.file(`set/scripts/${name}.sh`, content);
  await script('user', 'test "$(id -u):$(id -g)" = 993:990');
  await script('folder', 'test "$PWD" = /var/task && test -e /var/task/folder.sh');
  await script('no-stdin', 'test -z "$(cat)"');
  await script(
    'read-only',
    'for folder in / /opt /var/task /var/runtime /dev/shm /home; do if touch $folder/x; then exit 1; fi; done',
  );
  await script('temporary', 'printf "#!/bin/sh\\nexit 7" > /tmp/x && chmod +x /tmp/x; /tmp/x; test $? = 7');
  await script('path', 'test "$PATH" = /usr/local/bin:/usr/bin/:/bin:/opt/bin && node --version');
  await script('order', 'echo 1; echo 2 >&2; echo 3; exit 9');
  await workspace.file(
    'set/scripts/network.mjs',
    'process.exit(Object.keys((await import("node:os")).networkInterfaces()).some((name) => name !== "lo") ? 1 : 0)',
  );
  await workspace.file(
    'set/scripts/memory.mjs',
    'process.exit(process.constrainedMemory() === 300 * 2 ** 20 ? 0 : 1)',
  );
  const report = await testSet(workspace, { memory: 300 });
  expect(outcomes(report)).toEqual({
    'folder.sh': [],
    'memory.mjs': [],
    'network.mjs': [],
    'no-stdin.sh': [],
    'order.sh': ['exit code 9'],
    'path.sh': [],
    'read-only.sh': [],
    'temporary.sh': [],
    'user.sh': [],
  });
  expect(logOf(report, 'order.sh')).toBe('1\n2\n3\n');
});

test("a library that Lambda's OS has too is a decoy, which DT_RPATH avoids and DT_RUNPATH does not", async () => {
  await using workspace = await makeWorkspace();
  const program = (description: object) => ({
    bytes: buildElf({ machine, type: 3, needed: ['libz.so.1', 'libc.so.6'], ...description }),
    mode: 0o100755,
  });
  const library = (soname: string) => buildElf({ machine, soname });
  const layer = await workspace.zip('layer.zip', {
    'bin/rpath': program({ rpath: '$ORIGIN/../lib' }),
    'bin/runpath': program({ runpath: '$ORIGIN/../lib' }),
    'bin/neither': program({ needed: ['libonly-here.so.1', 'libc.so.6'] }),
    'bin/unbundled': program({ needed: ['libelsewhere.so.1', 'libc.so.6'] }),
    'lib/libz.so.1': library('libz.so.1'),
    'lib/libonly-here.so.1': library('libonly-here.so.1'),
  });
  for (const name of ['rpath', 'runpath', 'neither', 'unbundled']) {
    await workspace.file(`set/scripts/${name}.sh`, `exec ${loader} --list /opt/bin/${name}`);
  }
  const report = await testSet(workspace, { layers: [layer] });
  expect(outcomes(report)).toMatchObject({ 'rpath.sh': [], 'neither.sh': [] });
  expect(logOf(report, 'rpath.sh')).toContain('libz.so.1 => /opt/bin/../lib/libz.so.1');
  expect(logOf(report, 'neither.sh')).toContain('libonly-here.so.1 => /opt/lib/libonly-here.so.1');
  expect(outcomes(report)['runpath.sh']).not.toEqual([]);
  expect(logOf(report, 'runpath.sh')).toContain('/lib64/libz.so.1: invalid ELF header');
  expect(logOf(report, 'unbundled.sh')).toContain('libelsewhere.so.1');
  expect(outcomes(report)['unbundled.sh']).not.toEqual([]);
});

test('layers are stacked in order', async () => {
  await using workspace = await makeWorkspace();
  const bootstrap = { bytes: '#!/bin/sh\necho second layer\nexec node /opt/runtime.mjs\n', mode: 0o100755 };
  const second = await workspace.zip('second.zip', { bootstrap });
  await addInvocation(workspace, 'echo', '(event) => event', { answer: 1, log: ['second layer'] }, 1);
  expect(outcomes(await testSet(workspace, { layers: [node, second] }))).toEqual({ echo: [] });
});

test('a layer without a bootstrap, or with one that fails, fails its invocations', async () => {
  await using workspace = await makeWorkspace();
  await addInvocation(workspace, 'echo', '(event) => event', { answer: 1 }, 1);
  const none = await workspace.zip('none.zip', { readme: 'x' });
  const broken = await workspace.zip('broken.zip', {
    bootstrap: { bytes: '#!/bin/sh\nphp x\n', mode: 0o100755 },
  });
  const reports = [
    await testSet(workspace, { layers: [none] }),
    await testSet(workspace, { layers: [broken] }),
  ];
  expect(reports.map(({ failed }) => failed)).toEqual([1, 1]);
  expect(reports.map((report) => outcomes(report).echo)).toEqual([
    ['answer: expected 1, got nothing'],
    ['answer: expected 1, got nothing'],
  ]);
  expect(logOf(reports[0] as Report, 'echo')).toContain('bootstrap: no such file or directory');
  expect(logOf(reports[1] as Report, 'echo')).toContain('php: not found');
});

test('a report is written', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  const path = join(workspace.path, 'report.xml');
  await testSet(workspace, { report: path });
  expect(await readFile(path, 'utf8')).toContain('name="set/scripts/a.sh"');
});

describe('on a stand-in for an image', () => {
  const images: string[] = [];
  afterAll(async () => {
    await run([docker, 'image', 'rm', '--force', ...images]);
  });

  async function makeImage(name: string, dockerfile: string, files: Readonly<Record<string, string>> = {}) {
    await using workspace = await makeWorkspace();
    await workspace.file('Dockerfile', dockerfile);
    for (const [file, content] of Object.entries(files)) await workspace.file(file, content, 0o755);
    const build = ['buildx', 'build', '--builder', 'default', '--load', '--network', 'none'];
    await run([docker, ...build, '--tag', name, workspace.path]);
    images.push(name);
    return name;
  }

  test("Amazon's image is used without what the real Lambda lacks", async () => {
    await using workspace = await makeWorkspace();
    const amazon = await makeImage(
      'test-layer-amazon',
      `FROM ${baseImages['debian-12'](cpu)}\nRUN touch /usr/lib64/libgcrypt.so.20.4.2 /usr/lib64/libcurl.so.4\n`,
    );
    await workspace.file(
      'set/scripts/absent.sh',
      'test ! -e /lib64/libgcrypt.so.20.4.2 && test -e /lib64/libcurl.so.4',
    );
    await addInvocation(workspace, 'echo', '(event) => event', { answer: 1 }, 1);
    const needs = { images: { ...baseImages, al2023: () => amazon } };
    const report = await testSet(workspace, { base: 'auto' }, needs);
    const made = await run([
      docker,
      'images',
      '--format',
      '{{.Repository}}:{{.Tag}}',
      'bref/test-root-al2023',
    ]);
    images.push(...made.stdout.trim().split('\n'));
    expect(outcomes(report)).toEqual({ 'absent.sh': [], echo: [] });
    expect(report.root).toBe(`al2023 (${cpu})`);
  });

  test('a CPU that this machine cannot run is an error with the remedy', async () => {
    await using workspace = await makeWorkspace();
    await workspace.file('set/scripts/a.sh', 'true');
    // Stands for a program of another CPU: the kernel refuses either in the same way.
    const foreign = await makeImage(
      'test-layer-foreign',
      'FROM scratch\nCOPY bash env /bin/\nCOPY env /usr/bin/env\n',
      {
        bash: '\x7fELF of nothing',
        env: '\x7fELF of nothing',
      },
    );
    const needs = { images: { ...baseImages, 'debian-12': () => foreign } };
    await expect(testSet(workspace, {}, needs)).rejects.toThrow('This machine cannot run programs for');
  });
});

describe('the action as a process', () => {
  async function start(workspace: Workspace) {
    const temporary = join(workspace.path, 'temporary');
    await mkdir(temporary);
    const rie = await findEmulator(cpu, undefined, { run, log, cacheFolder: '.cache' });
    const inputs = {
      layers: node,
      tests: join(workspace.path, 'set'),
      cpu,
      base: 'debian-12',
      memory: '512',
      rie,
    };
    const defaults = { filter: '', report: '' };
    const environment = Object.entries({ ...defaults, ...inputs }).map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value,
    ]);
    const child = spawn(process.execPath, ['actions/test-layer/src/index.ts'], {
      env: { ...process.env, GITHUB_ACTIONS: '', TMPDIR: temporary, ...Object.fromEntries(environment) },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    return { child, said: () => said, temporary, exit: once(child, 'close') };
  }

  async function containersOf(workspace: Workspace): Promise<string> {
    const { stdout } = await run([
      docker,
      'ps',
      '--all',
      '--format',
      '{{.Names}} {{.Mounts}}',
      '--filter',
      `volume=${join(workspace.path, 'set/scripts')}`,
    ]);
    return stdout.trim();
  }

  test('exits with 1 and names the case when one fails, and leaves no folder behind', async () => {
    await using workspace = await makeWorkspace();
    await workspace.file('set/scripts/good.sh', 'true');
    await workspace.file('set/scripts/bad.sh', 'echo why; exit 3');
    const { exit, said, temporary } = await start(workspace);
    expect(await exit).toEqual([1, null]);
    expect(said()).toContain('1 passed, 1 failed');
    expect(said()).toContain('Error: 1 of 2 layer tests failed: set/scripts/bad.sh.');
    expect(await readdir(temporary)).toEqual([]);
  });

  test('removes its containers and its folder when it is stopped', async () => {
    await using workspace = await makeWorkspace();
    await workspace.file('set/scripts/endless.sh', 'trap "" TERM INT; while :; do sleep 1; done');
    const { child, exit, said, temporary } = await start(workspace);
    while ((await containersOf(workspace)) === '') await sleep(100);
    child.kill('SIGTERM');
    expect(await exit).toEqual([1, null]);
    expect(said()).toContain('Stopped by SIGTERM.');
    expect(await containersOf(workspace)).toBe('');
    expect(await readdir(temporary)).toEqual([]);
  });

  test('leaves no function running when it is killed', async () => {
    await using workspace = await makeWorkspace();
    await addInvocation(
      workspace,
      'endless',
      '() => new Promise((done) => setTimeout(done, 600_000))',
      { answer: 1 },
      1,
    );
    const { child, exit } = await start(workspace);
    const filter = ['--filter', `volume=${join(workspace.path, 'set/invocations/endless')}`];
    const containers = async () => (await run([docker, 'ps', '--quiet', ...filter])).stdout.trim();
    while ((await containers()) === '') await sleep(100);
    child.kill('SIGKILL');
    await exit;
    while ((await containers()) !== '') await sleep(100);
    expect(await containers()).toBe('');
  });
});
