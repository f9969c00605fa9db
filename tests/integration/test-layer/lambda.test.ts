import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { installMoto, motoEnvironment } from '#lib/dev-tools/moto.ts';
import { cpuNames } from '#lib/layer/cpu.ts';
import { findEmulator } from '#lib/sandbox/rie.ts';
import { baseOsImages, prepareRoot } from '#lib/sandbox/root.ts';
import { connectLambda } from '../../../actions/test-layer/src/lambda-service.ts';
import { settings } from '../../fixtures/cases.ts';
import { runBundle } from '../../fixtures/run-bundle.ts';
import { makeWorkspace, recordLog, type Workspace } from '../../fixtures/workspace.ts';
import { type AwsProxy, startAwsProxy } from '../../stand-ins/aws-proxy.ts';
import { createFunctionHost, type FunctionHost } from '../../stand-ins/lambda/function-host.ts';
import { type LambdaServer, startLambdaServer } from '../../stand-ins/lambda/server.ts';
import { cpu, docker, log, outcomes, run, testSet } from './harness.ts';
import { shellLayer } from './shell-layer.ts';

const role = 'arn:aws:iam::123456789012:role/nothing';

let host: FunctionHost;
let python: string;
let shared: Workspace;
let layer: string;
let lambda: LambdaServer;
let proxy: AwsProxy;

beforeAll(async () => {
  const needs = { docker, run, log, images: baseOsImages, recipes: 'lib/sandbox/roots' };
  const root = await prepareRoot('debian-12', cpu, needs);
  const rie = await findEmulator(cpu, undefined, { run, log, cacheFolder: '.cache' });
  host = createFunctionHost({ docker, run, cpu, image: root.image, rie });
  python = join(dirname(await installMoto(run)), 'python');
  shared = await makeWorkspace();
  layer = await shared.zip('layer.zip', await shellLayer());
}, 600_000);
afterAll(() => shared[Symbol.asyncDispose]());

beforeEach(async () => {
  lambda = await startLambdaServer(host);
  proxy = await startAwsProxy(lambda.url);
  const environment = { ...motoEnvironment(proxy.url), AWS_REGION: 'eu-west-1', AWS_MAX_ATTEMPTS: '' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await proxy[Symbol.asyncDispose]();
  await lambda[Symbol.asyncDispose]();
});

/** Checks all exchanges against AWS's model of the API, and returns the faults. */
async function faultsOfExchanges(): Promise<string> {
  const input = JSON.stringify(lambda.exchanges);
  const { stdout } = await run([python, 'tests/stand-ins/lambda/check_exchanges.py'], { input });
  return stdout;
}

/** Adds a case whose handler is a shell script; see shell-layer.ts. */
async function addInvocation(
  workspace: Workspace,
  name: string,
  handler: string,
  expected: unknown,
  event?: unknown,
) {
  await workspace.file(`set/invocations/${name}/handler.sh`, handler);
  await workspace.file(`set/invocations/${name}/expected.json`, expected);
  if (event !== undefined) await workspace.file(`set/invocations/${name}/event.json`, event);
}

const onLambda = () => ({
  layers: [layer],
  target: 'lambda' as const,
  role,
  settings: { ...settings, memory: 512, timeout: 30 },
});

test("runs cases on functions with requests that match AWS's model, and leaves no resource behind", async () => {
  await using workspace = await makeWorkspace();
  const add = addInvocation.bind(undefined, workspace);
  await add('echo', 'printf \'{"echo": %s, "who": "%s"}\' "$(cat)" "$WHO"', {
    environment: { WHO: 'me' },
    events: [
      { event: { a: ['ü', null] }, answer: { echo: { a: ['ü', null] }, who: 'me' } },
      { event: 2, answer: { $exactly: { echo: 2, who: 'me' } } },
    ],
  });
  await add('error', 'exit 3', { error: { errorType: 'ExitCode', errorMessage: '3' }, log: ['END'] }, 1);
  await add('timeout', 'sleep 60', { error: 'Sandbox.Timedout', timeout: 1 }, 1);
  await add('wrong', 'echo \'{"statusCode": 500}\'', { answer: { statusCode: 200 } }, {});
  const say = 'echo said >&2; echo null';
  await add('quiet', say, { log: ['said'], notInLog: [{ $matches: 'unsaid|sa[i]d!' }] }, {});
  await add('silent', say, { log: ['unsaid'] }, {});
  await add('long', 'printf "first%010000d" 1 >&2; echo null', { log: ['first'] }, {});
  await add('handler', '', { handler: 'missing.sh', error: 'ExitCode', log: ['missing.sh'] }, 1);
  await workspace.file(
    'set/scripts/tool.sh',
    'test "$(tool)" = tool && test "$PWD" = /var/task && test -x /opt/bin/tool',
  );
  await workspace.file("set/scripts/it's bad", '#!/bin/sh\necho no; exit 7', 0o755);
  await workspace.file('set/scripts/late.sh', 'sleep 60');
  await workspace.file('set/scripts/late.sh.options.json', { timeout: 1 });
  await workspace.file('set/scripts/here.sh', 'false');
  await workspace.file('set/scripts/here.sh.options.json', { target: 'emulator' });
  const report = await testSet(workspace, onLambda(), { connectLambda });
  expect(outcomes(report)).toEqual({
    'tool.sh': [],
    "it's bad": ['exit code 7'],
    'late.sh': ['timed out after 1 s'],
    echo: [],
    error: [],
    timeout: [],
    wrong: ['answer.statusCode: expected 200, got 500'],
    quiet: [],
    silent: ['log: "unsaid" is missing'],
    long: [],
    handler: [],
  });
  expect(report).toMatchObject({
    target: `Lambda in eu-west-1 (${cpu})`,
    skipped: [{ name: 'set/scripts/here.sh', reason: 'only for the target "emulator"' }],
    layers: [{ layer, sha256: expect.stringMatching(/^\S{43}=$/) }],
  });
  expect(lambda.resources()).toEqual([]);
  expect(new Set(lambda.exchanges.map(({ operation }) => operation))).toEqual(
    new Set([
      'PublishLayerVersion',
      'CreateFunction',
      'GetFunction',
      'Invoke',
      'DeleteFunction',
      'ListLayerVersions',
      'DeleteLayerVersion',
    ]),
  );
  expect(await faultsOfExchanges()).toBe('');
});

test("the comparison with AWS's model finds faults in requests", async () => {
  const service = await connectLambda(undefined);
  const { signal } = new AbortController();
  const wanted = { name: 'a b', handler: 'x', code: Buffer.from('x'), role, layers: [], cpu };
  await expect(
    service.createFunction({ ...wanted, settings: { ...settings, timeout: 0, memory: 99_999 } }, signal),
  ).rejects.toThrow();
  service.close();
  const faults = await faultsOfExchanges();
  expect(faults).toContain('FunctionName is a b, which does not match');
  expect(faults).toMatch(/Timeout/);
  expect(faults).toContain('MemorySize is larger than');
});

test('uses an ARN unchanged and does not delete it, also with the bundle', async () => {
  const service = await connectLambda('eu-west-1');
  const arn = await service.publishLayer('mine', await readFile(layer), cpu);
  service.close();
  await using workspace = await makeWorkspace();
  await addInvocation(workspace, 'echo', 'cat', { answer: 1 }, 1);
  await workspace.file('set/scripts/tool.sh', 'tool');
  const { exitCode, outputs, stdout, stderr } = await runBundle({
    action: 'test-layer',
    folder: workspace.path,
    inputs: { layers: arn, tests: 'set', cpu, target: 'lambda', role, region: 'eu-west-1' },
  });
  expect(stdout + stderr).toContain('2 passed, 0 failed on Lambda in eu-west-1');
  expect([exitCode, outputs.passed]).toEqual([0, '2']);
  expect(lambda.resources()).toEqual(['mine:1']);
});

const php = `output/${cpuNames[cpu].prefix}php-82.zip`;

test.skipIf(!existsSync(php) && !process.env.CI).each([
  ['tests/layers/function', 'function/invocations/callable'],
  ['tests/layers/common', 'common/scripts/curl.php'],
])('passes the cases of the PHP layer on functions: %s, %s', async (tests, filter) => {
  const inputs = { ...onLambda(), layers: [php], tests: [tests], filter };
  await using workspace = await makeWorkspace();
  const report = await testSet(workspace, inputs, { connectLambda });
  expect(Object.values(outcomes(report))).toEqual([[]]);
  expect(lambda.resources()).toEqual([]);
});

/** Judges the requests with a method and path by their number. */
function judgeNth(
  method: string,
  path: RegExp,
  verdict: (nth: number) => ReturnType<AwsProxy['judge']>,
): void {
  let count = 0;
  proxy.judge = (seen) => {
    if (seen.method !== method || !path.test(seen.path)) return 'pass';
    count += 1;
    return verdict(count);
  };
}

const refused = { status: 403, type: 'AccessDeniedException', message: 'User: x is not authorized' };
const broken = { status: 500, type: 'ServiceException', message: 'An internal error occurred' };

test.each<[string, string, RegExp, (nth: number) => ReturnType<AwsProxy['judge']>, readonly string[]]>([
  ['a function cannot be created', 'POST', /functions$/, (nth) => (nth === 1 ? refused : 'pass'), ['a']],
  [
    'the response to its creation is lost',
    'POST',
    /functions$/,
    (nth) => (nth === 1 ? 'lose' : 'pass'),
    ['a'],
  ],
  ['GetFunction is refused', 'GET', /functions\//, () => refused, ['a', 'b']],
  ['a function cannot be invoked', 'POST', /invocations$/, (nth) => (nth === 1 ? broken : 'pass'), ['a']],
  [
    'the response to an invocation is lost',
    'POST',
    /invocations$/,
    (nth) => (nth === 1 ? 'lose' : 'pass'),
    ['a'],
  ],
  ['a deletion fails once', 'DELETE', /./, (nth) => (nth % 2 === 1 ? broken : 'pass'), []],
  ['the response to a publish request is lost', 'POST', /layers/, (nth) => (nth === 1 ? 'lose' : 'pass'), []],
])('leaves no resource behind if %s', async (_, method, path, verdict, failing) => {
  await using workspace = await makeWorkspace();
  await addInvocation(workspace, 'a', 'echo 1', { answer: 1 }, 1);
  await addInvocation(workspace, 'b', 'echo 1', { answer: 1 }, 1);
  judgeNth(method, path, verdict);
  const report = await testSet(workspace, onLambda(), { connectLambda });
  const failed = Object.entries(outcomes(report)).filter(([, reasons]) => reasons.length > 0);
  expect(failed.map(([name]) => name)).toHaveLength(failing.length);
  for (const [, [reason]] of failed) expect(reason).toMatch(/^Lambda in eu-west-1: /);
  expect(lambda.resources()).toEqual([]);
});

test.each([
  ['permissions are missing', refused, 'Allow the role or user this operation'],
  [
    'the zip is too large',
    {
      status: 413,
      type: 'RequestEntityTooLargeException',
      message: 'Request must be smaller than 70167211 bytes',
    },
    'publish it and give its ARN',
  ],
])('fails with the fix if a layer cannot be published because %s', async (_, fault, remedy) => {
  await using workspace = await makeWorkspace();
  await addInvocation(workspace, 'a', 'echo 1', { answer: 1 }, 1);
  proxy.judge = ({ method, path }) => (method === 'POST' && path.includes('layers') ? fault : 'pass');
  await expect(testSet(workspace, onLambda(), { connectLambda })).rejects.toThrow(remedy);
  expect(lambda.resources()).toEqual([]);
});

test('fails a case with the fix if Lambda cannot assume the role', async () => {
  await using workspace = await makeWorkspace();
  await addInvocation(workspace, 'a', 'echo 1', { answer: 1 }, 1);
  const untrusted = { ...onLambda(), role: 'arn:aws:iam::123456789012:role/untrusted' };
  const report = await testSet(workspace, untrusted, { connectLambda });
  expect(outcomes(report).a?.[0]).toContain('must name the service lambda.amazonaws.com');
  expect(lambda.resources()).toEqual([]);
});

test('names a function that cannot be deleted', async () => {
  await using workspace = await makeWorkspace();
  await addInvocation(workspace, 'a', 'echo 1', { answer: 1 }, 1);
  proxy.judge = ({ method, path }) => (method === 'DELETE' && path.includes('functions') ? refused : 'pass');
  const { log: own, lines } = recordLog();
  await testSet(workspace, onLambda(), { connectLambda, log: own });
  const [name] = lambda.resources();
  expect(lines).toContainEqual(
    expect.stringContaining(`error Function ${name} could not be deleted. Delete it yourself. `),
  );
});

test.each(['SIGINT', 'SIGTERM'] as const)('leaves no resource behind after %s', async (signal) => {
  await using workspace = await makeWorkspace();
  const never = 'sleep 900';
  for (const name of ['a', 'b', 'c'])
    await addInvocation(workspace, name, never, { answer: 1, timeout: 900 }, 1);
  const inputs = { layers: layer, tests: join(workspace.path, 'set'), cpu, target: 'lambda', role };
  const words = Object.entries(inputs).map(([name, value]) => `${name}=${value}`);
  const child = spawn(process.execPath, ['tools/run-action/main.ts', 'test-layer', ...words], {
    env: { ...process.env, GITHUB_ACTIONS: '' },
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const exit = once(child, 'close');
  while (!lambda.exchanges.some(({ operation }) => operation === 'CreateFunction')) await sleep(50);
  process.kill(-(child.pid ?? 0), signal);
  expect(await exit).toEqual([signal === 'SIGINT' ? 130 : 143, null]);
  expect(output).toContain(`Stopped by ${signal}.`);
  expect(lambda.resources()).toEqual([]);
});

test('names the fix if the region is missing', async () => {
  await using workspace = await makeWorkspace();
  await addInvocation(workspace, 'a', 'echo 1', { answer: 1 }, 1);
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_DEFAULT_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/none');
  await expect(testSet(workspace, onLambda(), { connectLambda })).rejects.toThrow(
    'Set the region in the input "region" or in AWS_REGION.',
  );
});
