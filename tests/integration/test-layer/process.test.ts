import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'junit2json';
import { beforeAll, expect, test } from 'vitest';
import { findEmulator } from '#lib/sandbox/rie.ts';
import { runBundle } from '../../fixtures/run-bundle.ts';
import { makeWorkspace, type Workspace } from '../../fixtures/workspace.ts';
import { addInvocation, cpu, docker, log, run } from './harness.ts';
import { nodeLayer } from './node-layer.ts';

let rie: string;
beforeAll(async () => {
  rie = await findEmulator(cpu, undefined, { run, log, cacheFolder: '.cache' });
});

interface Started {
  readonly child: ChildProcess;
  /** Returns its output so far. */
  output(): string;
  /** Folder for its temporary files. */
  readonly temporary: string;
  readonly exit: Promise<unknown[]>;
}

/** Starts the action's bundle as the leader of a process group, as a terminal does. */
async function start(workspace: Workspace, inputs: Readonly<Record<string, string>> = {}): Promise<Started> {
  const temporary = join(workspace.path, 'temporary');
  await mkdir(temporary);
  const words = Object.entries({
    layers: await workspace.zip('layer.zip', {
      'bin/tool': { bytes: '#!/bin/sh\necho tool\n', mode: 0o100755 },
    }),
    tests: join(workspace.path, 'set'),
    cpu,
    base: 'debian-12',
    memory: '512',
    rie,
    ...inputs,
  }).map(([name, value]) => `${name}=${value}`);
  // One pipe for both streams, as on a terminal. With two pipes, the order of lines could change.
  const command = [process.execPath, 'tools/run-action/main.ts', 'test-layer', ...words];
  const child = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...command], {
    env: { ...process.env, GITHUB_ACTIONS: '', TMPDIR: temporary },
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  return { child, output: () => output, temporary, exit: once(child, 'close') };
}

/** Lists the containers that mount a folder of the workspace. */
async function containersOf(folder: string): Promise<string> {
  const list = [docker, 'ps', '--all', '--no-trunc', '--format', '{{.Names}} {{.Mounts}}'] as const;
  const { stdout } = await run([...list, '--filter', `volume=${folder}`]);
  return stdout.trim();
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(100);
}

test('names a failed case and the reasons, exits with 1, and leaves no folder behind', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/good.sh', 'tool');
  await workspace.file('set/scripts/bad.sh', 'echo the reason; exit 3');
  const { exit, output, temporary } = await start(workspace);
  expect(await exit).toEqual([1, null]);
  expect(output()).toMatch(/\[\d\/2\] ok {4}set\/scripts\/good\.sh \(\d+ ms\)/);
  expect(output()).toMatch(
    /\[\d\/2\] FAIL {2}set\/scripts\/bad\.sh \(\d+ ms\)\n {6}exit code 3\n {4}\| the reason/,
  );
  expect(output()).toContain('1 passed, 1 failed');
  expect(output()).toContain('Error: 1 of 2 layer tests failed: set/scripts/bad.sh.');
  expect(await readdir(temporary)).toEqual([]);
});

test('prints a command that runs the failed case again', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file("set/scripts/it's bad", '#!/bin/sh\necho "again: $WHO"; exit 3', 0o755);
  await workspace.file('set/scripts/good.sh', 'true');
  const { exit, output } = await start(workspace, { env: 'WHO=me and you' });
  await exit;
  const [, command = ''] = /^ {4}Run again: (.*)$/m.exec(output()) ?? [];
  const again = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
  expect(again.stdout).toContain('== Run 1 case on');
  expect(again.stdout).toContain('    | again: me and you');
  expect(again.status).toBe(1);
});

test('on GitHub, writes outputs, a summary, annotations, a report and a working command, without colors', async () => {
  await using workspace = await makeWorkspace();
  const layers = await workspace.zip('layer.zip', { readme: 'x' });
  await workspace.file('set/scripts/good.sh', 'true');
  await workspace.file('set/scripts/bad.sh', 'echo no; exit 3');
  const { exitCode, stdout, outputs, summary } = await runBundle({
    action: 'test-layer',
    folder: workspace.path,
    inputs: { layers, tests: 'set', cpu, base: 'debian-12', rie },
    environment: { GITHUB_ACTIONS: 'true', FORCE_COLOR: '1', RUNNER_TEMP: workspace.path },
  });
  expect(exitCode).toBe(1);
  expect(outputs).toEqual({
    passed: '1',
    failed: '1',
    report: expect.stringMatching(/test-layer-[0-9a-f-]+\.xml$/),
  });
  expect(summary).toMatch(/\| set\/scripts\/bad\.sh +\| \*\*failed\*\* \|/);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toMatch(/^::error title=Layer test failed,file=set\/scripts\/bad\.sh::.*exit code 3$/m);
  const suites = await parse(await readFile(outputs.report ?? '', 'utf8'));
  expect(suites).toMatchObject({ tests: 2, failures: 1 });

  const [, command = ''] = /^ {4}Run again: (.*)$/m.exec(stdout) ?? [];
  const { status, stdout: output } = spawnSync('/bin/sh', ['-c', command], {
    cwd: workspace.path,
    encoding: 'utf8',
    env: { ...process.env, GITHUB_ACTIONS: '' },
  });
  expect(output).toContain('0 passed, 1 failed');
  expect(status).toBe(1);
});

test.each([
  ['SIGINT', 'a script that ignores signals', true],
  ['SIGTERM', 'a script that ignores signals', false],
  ['SIGINT', 'a function that never answers', true],
  ['SIGTERM', 'a function that never answers', false],
] as const)('after %s during %s, leaves no container and no folder behind', async (signal, kind, isGroup) => {
  await using workspace = await makeWorkspace();
  let layers: Readonly<Record<string, string>> = {};
  if (kind === 'a script that ignores signals') {
    await workspace.file('set/scripts/endless.sh', 'trap "" TERM INT; while :; do sleep 1; done');
  } else {
    const never = '() => new Promise(() => setInterval(() => {}, 1000))';
    await addInvocation(workspace, 'endless', never, { answer: 1, timeout: 900 }, 1);
    layers = { layers: await workspace.zip('node.zip', await nodeLayer()) };
  }
  const { child, exit, output, temporary } = await start(workspace, layers);
  const isRunning = async () => {
    const [folder] = await readdir(temporary);
    return folder !== undefined && /-0 /.test(await containersOf(join(temporary, folder, 'opt')));
  };
  await waitUntil(isRunning);
  const [folder = ''] = await readdir(temporary);
  // Ctrl-C reaches every process of a terminal. A runner that cancels a job signals only the process that it started.
  process.kill((isGroup ? -1 : 1) * (child.pid ?? 0), signal);
  expect(await exit).toEqual([signal === 'SIGINT' ? 130 : 143, null]);
  expect(output()).toContain(`Stopped by ${signal}.`);
  expect(await containersOf(join(temporary, folder, 'opt'))).toBe('');
  expect(await readdir(temporary)).toEqual([]);
});

test('after SIGKILL, functions end at once and scripts at their timeout', async () => {
  await using workspace = await makeWorkspace();
  const never = '() => new Promise(() => setInterval(() => {}, 1000))';
  await addInvocation(workspace, 'endless', never, { answer: 1, timeout: 900 }, 1);
  await workspace.file('set/scripts/endless.sh', 'while :; do sleep 1; done');
  const layers = await workspace.zip('node.zip', await nodeLayer());
  const { child, exit, temporary } = await start(workspace, { layers, timeout: '1' });
  const opt = async () => join(temporary, (await readdir(temporary))[0] ?? '', 'opt');
  await waitUntil(async () => (await containersOf(await opt())).split('\n').length === 2);
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await exit;
  await waitUntil(async () => (await containersOf(await opt())) === '');
  expect(await containersOf(dirname(await opt()))).toBe('');
});
