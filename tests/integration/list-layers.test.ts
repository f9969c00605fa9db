import { join } from 'node:path';
import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { installMoto, type Moto, motoEnvironment, startMoto } from '#lib/dev-tools/moto.ts';
import { type CommandResult, createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { type AwsProxy, startAwsProxy } from '../stand-ins/aws-proxy.ts';
import { createLambdaClient } from '../stand-ins/lambda-client.ts';
import { createPublishFixture, type PublishFixture, regions } from './publish-layer-fixture.ts';

const run = createRun(silentLogger());
let moto: Moto;
let proxy: AwsProxy;
let fixture: PublishFixture;

beforeAll(async () => {
  moto = await startMoto(await installMoto(run));
}, 600_000);
afterAll(() => moto[Symbol.asyncDispose]());

beforeEach(async () => {
  await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
  proxy = await startAwsProxy(moto.url);
  fixture = await createPublishFixture(moto.url);
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await fixture[Symbol.asyncDispose]();
  };
});

function list(...options: string[]): Promise<CommandResult> {
  const output = join(fixture.folder, 'output');
  const command = [
    'tools/list-layers/main.ts',
    '--regions',
    regions.join(' '),
    '--output',
    output,
    ...options,
  ];
  return run([process.execPath, ...command], { env: motoEnvironment(proxy.url), allowFailure: true });
}

async function publishWithSdk(region: string, layer: string): Promise<void> {
  const client = createLambdaClient(moto.url, region);
  const content = { ZipFile: Buffer.from('another zip') };
  await client.send(new PublishLayerVersionCommand({ LayerName: layer, Content: content }));
}

test('lists every layer of the account in every region, and writes nothing', async () => {
  const codeSha256 = await fixture.makeLayer('php-82', 'x86');
  await fixture.makeLayer('console', 'any');
  await fixture.publish({ layers: 'output/php-82.zip output/console.zip' });
  const { exitCode, stdout } = await list();
  for (const region of regions) {
    const cells = ['php-82', region, '1', codeSha256.slice(0, 12), 'public', 'yes'];
    expect(stdout.replaceAll(/ +/g, ' ')).toContain(`| ${cells.join(' | ')} |`);
  }
  expect(stdout).toContain('console: equal in 3 regions (version 1, public); the local zip is equal.');
  expect(stdout).toContain('php-82: equal in 3 regions (version 1, public); the local zip is equal.');
  expect(exitCode).toBe(0);
  expect(proxy.seen.filter(({ method, path }) => method !== 'GET' && path !== '/')).toEqual([]);
});

test('names differences: version, content, access, and layers of one region only', async () => {
  await fixture.makeLayer('php-82', 'x86');
  await fixture.publish({ layers: 'output/php-82.zip' });
  await publishWithSdk('us-east-1', 'php-82');
  await publishWithSdk('af-south-1', 'forgotten');
  const { exitCode, stdout } = await list();
  expect(stdout).toContain(
    'php-82: 2 of 3 regions are equal (version 1, public); ' +
      'others: us-east-1 (version, content, CPUs, runtimes, access); the local zip is equal.',
  );
  expect(stdout).toContain('others: eu-west-1 (missing), us-east-1 (missing).');
  expect(exitCode).toBe(0);
});

test('reads named layers without listing the account', async () => {
  await fixture.makeLayer('php-82', 'x86');
  await fixture.publish({ layers: 'output/php-82.zip' });
  const { stdout } = await list('--layers', 'php-82, console');
  expect(stdout).toContain('php-82: equal in 3 regions');
  expect(stdout).not.toContain('console:');
  expect(proxy.seen.map(({ path }) => path.split('?')[0])).not.toContain('/2018-10-31/layers');
});

test.each([
  ['AccessDeniedException', 'Allow the role or user this operation'],
  ['UnrecognizedClientException', 'the account has not enabled this region'],
])('reports a region that returns %s with the fix, and lists the others', async (type, fix) => {
  await fixture.makeLayer('php-82', 'x86');
  await fixture.publish({ layers: 'output/php-82.zip' });
  proxy.judge = ({ region }) =>
    region === 'af-south-1' ? { status: 403, type, message: `${type}: simulated` } : 'pass';
  const { exitCode, stdout } = await list();
  expect(stdout).toContain(`af-south-1 could not be read: ListLayers: ${type}: simulated`);
  expect(stdout).toContain(fix);
  expect(stdout).toContain('php-82: equal in 2 regions');
  expect(exitCode).toBe(1);
});

test.each([
  [['--regions', 'eu-wset-1'], 'did you mean eu-west-1?'],
  [['--regions', 'eu-west-1 cn-north-1'], 'partition'],
  [['--regions', ''], '--regions must list at least one region or group'],
  [['--max-rps', '16'], '--max-rps must be a whole number from 1 to 15; got "16".'],
])('refuses %j before any request', async (options, message) => {
  const { exitCode, stderr } = await list(...options);
  expect(stderr).toContain(message);
  expect(exitCode).toBe(1);
  expect(proxy.seen).toEqual([]);
});
