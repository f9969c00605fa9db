import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '#lib/sandbox/container.ts';
import { baseOsImages, prepareRoot } from '#lib/sandbox/root.ts';
import type { Report } from '../../../actions/test-layer/src/report.ts';
import { settings } from '../../fixtures/cases.ts';
import { buildElf } from '../../fixtures/elf-builder.ts';
import { makeWorkspace, type Workspace } from '../../fixtures/workspace.ts';
import { addInvocation, cpu, docker, log, logOf, outcomes, run, testSet } from './harness.ts';
import { nodeLayer } from './node-layer.ts';

const loader = { x86: '/lib64/ld-linux-x86-64.so.2', arm: '/lib/ld-linux-aarch64.so.1' }[cpu];
const machine = { x86: 62, arm: 183 }[cpu];

let shared: Workspace;
let node: string;

beforeAll(async () => {
  shared = await makeWorkspace();
  node = await shared.zip('node.zip', await nodeLayer());
});
afterAll(() => shared[Symbol.asyncDispose]());

test('judges invocations of a layer that is not PHP by their answers and logs', async () => {
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
    events: [
      {
        event: 1,
        error: { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 1.00 seconds' },
      },
    ],
  });
  await add('silence', '() => new Promise(() => setInterval(() => {}, 1000))', { answer: 1, timeout: 1 }, 1);
  await add('repeated', '(() => { let n = 0; return () => ++n < 200; })()', { answer: true, repeat: 200 }, 1);
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
  const report = await testSet(workspace, { layers: [node] });
  expect(outcomes(report)).toEqual({
    echo: [],
    error: [],
    kept: [],
    exit: [],
    timeout: [],
    handler: [],
    log: [],
    large: [],
    silence: [
      'answer: expected 1, got {"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 1.00 seconds"}',
    ],
    repeated: ['(200 of 200) answer: expected true, got false'],
    wrong: ['answer.statusCode: expected 200, got 500'],
    silent: ['log: "something else" is missing'],
  });
  expect(report).toMatchObject({ passed: 8, failed: 4, target: `debian-12 (${cpu})` });
  expect(logOf(report, 'silent')).toContain('something');
});

test("runs a case in a sandbox that resembles Lambda's", async () => {
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
  // Many runtimes are written in bash. Its child processes must have Lambda's search path.
  await script(
    'bash',
    `printf '#!/bin/bash\n[[ $0 == /tmp/b ]] && env | grep -q ^LD_LIBRARY_PATH=/lib64:' > /tmp/b && chmod +x /tmp/b && /tmp/b`,
  );
  await script('order', 'echo 1; echo 2 >&2; echo 3; exit 9');
  await workspace.file(
    'set/scripts/network.mjs',
    'process.exit(Object.keys((await import("node:os")).networkInterfaces()).some((name) => name !== "lo") ? 1 : 0)',
  );
  await workspace.file(
    'set/scripts/memory.mjs',
    'process.exit(process.constrainedMemory() === 300 * 2 ** 20 ? 0 : 1)',
  );
  const report = await testSet(workspace, { layers: [node], settings: { ...settings, memory: 300 } });
  expect(outcomes(report)).toEqual({
    'bash.sh': [],
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

// A run can be stopped while it starts a container. Docker's --volume would create the removed folder, as root.
test('does not start a container whose folder is missing, and does not create the folder', async () => {
  await using workspace = await makeWorkspace();
  const { image } = await prepareRoot('debian-12', cpu, {
    docker,
    run,
    log,
    images: baseOsImages,
    recipes: 'lib/sandbox/roots',
  });
  const opt = join(workspace.path, 'a, "strange": name');
  const limits = { memory: false, swap: false, cpu: false };
  const sandbox = { docker, image, cpu, opt, rie: process.execPath, limits, label: 'test-layer=gone' };
  const container = { name: 'test-layer-gone', settings, command: ['/bin/true'] };
  await expect(run(runCommand(sandbox, container))).rejects.toThrow('bind source path does not exist');
  await expect(access(opt)).rejects.toThrow('ENOENT');
  await mkdir(opt);
  await run(runCommand(sandbox, container));
});

test("has decoys for libraries of Lambda's OS, which DT_RPATH avoids and DT_RUNPATH does not", async () => {
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

test('applies the memory, /tmp, CPU, environment and timeout in the options of a case', async () => {
  await using workspace = await makeWorkspace();
  const check = async (name: string, condition: string, options: unknown) => {
    await workspace.file(
      `set/scripts/${name}.mjs`,
      `import fs from 'node:fs'; process.exit(${condition} ? 0 : 1)`,
    );
    await workspace.file(`set/scripts/${name}.mjs.options.json`, options);
  };
  await check('memory', 'process.constrainedMemory() === 400 * 2 ** 20', { memory: 400 });
  await check('space', '((s) => s.blocks * s.bsize)(fs.statfsSync("/tmp")) === 600 * 2 ** 20', {
    temporarySpace: 600,
  });
  await check('environment', 'process.env.A + process.env.B === "allown"', { environment: { B: 'own' } });
  const whole = '/sys/fs/cgroup/cpu.max';
  const old = '/sys/fs/cgroup/cpu/cpu.cfs_quota_us';
  const quota = `Number.parseInt(fs.readFileSync(fs.existsSync('${whole}') ? '${whole}' : '${old}'))`;
  await check('share', `${quota} === 25_000`, { cpuShare: true, memory: 442 });
  await check('no-share', `!(${quota} > 0)`, {});
  await check('late', '(await new Promise((done) => setTimeout(done, 60_000)))', { timeout: 1 });
  await check('greedy', 'Buffer.alloc(600 * 2 ** 20, 1).length', { memory: 200 });
  const all = { ...settings, environment: { A: 'all', B: 'all' } };
  const report = await testSet(workspace, { layers: [node], settings: all });
  expect(outcomes(report)).toEqual({
    'environment.mjs': [],
    'greedy.mjs': ['exit code 137: killed, possibly because it used more memory than the function has'],
    'late.mjs': ['timed out after 1 s'],
    'memory.mjs': [],
    'no-share.mjs': [],
    'share.mjs': [],
    'space.mjs': [],
  });
});

test('prefers a bootstrap of the code to the one of a layer', async () => {
  await using workspace = await makeWorkspace();
  const bootstrapOf = (origin: string) => ({
    bytes: `#!/bin/sh\necho from ${origin}, handler $_HANDLER\nexec node /opt/runtime.mjs\n`,
    mode: 0o100755,
  });
  const second = await workspace.zip('second.zip', { bootstrap: bootstrapOf('layer') });
  await addInvocation(
    workspace,
    'plain',
    '() => 1',
    { answer: 1, log: ['from layer, handler handler.mjs'] },
    1,
  );
  await addInvocation(workspace, 'own', '() => 1', { answer: 1, log: ['from code, handler handler.mjs'] }, 1);
  await workspace.file('set/invocations/own/bootstrap', bootstrapOf('code').bytes, 0o755);
  await workspace.file(
    'set/invocations/application/app/index.mjs',
    'export const handler = (event) => event;',
  );
  await workspace.file('set/invocations/application/expected.json', { answer: 2, log: ['from layer'] });
  await workspace.file('set/invocations/application/options.json', { handler: 'index.mjs' });
  await workspace.file('set/invocations/application/event.json', 2);
  const report = await testSet(workspace, { layers: [node, second], expectedOverlaps: ['bootstrap'] });
  expect(outcomes(report)).toEqual({ application: [], own: [], plain: [] });
});

test('skips cases for another target, and reports them', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/here.sh', 'true');
  await workspace.file('set/scripts/there.sh', 'false');
  await workspace.file('set/scripts/there.sh.options.json', { target: 'lambda' });
  const report = await testSet(workspace, { layers: [node] });
  expect(report).toMatchObject({
    passed: 1,
    failed: 0,
    skipped: [{ name: 'set/scripts/there.sh', reason: 'only for the target "lambda"' }],
  });
});

test('stacks layers in order', async () => {
  await using workspace = await makeWorkspace();
  const bootstrap = { bytes: '#!/bin/sh\necho second layer\nexec node /opt/runtime.mjs\n', mode: 0o100755 };
  const second = await workspace.zip('second.zip', { bootstrap });
  await addInvocation(workspace, 'echo', '(event) => event', { answer: 1, log: ['second layer'] }, 1);
  expect(outcomes(await testSet(workspace, { layers: [node, second] }))).toEqual({ echo: [] });
});

test('fails invocations of a layer whose bootstrap is missing or fails', async () => {
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
