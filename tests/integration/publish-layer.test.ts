import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  ListLayerVersionsCommand,
} from '@aws-sdk/client-lambda';
import JSZip from 'jszip';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRun } from '../../actions/shared/command.ts';
import { installMoto, type Moto, motoEnvironment, startMoto } from '../../scripts/moto.ts';
import { type AwsProxy, startAwsProxy } from '../helpers/aws-proxy.ts';
import { serve } from '../helpers/file-server.ts';
import { type BundleRun, runBundle } from '../helpers/run-bundle.ts';
import { silentLogger } from '../helpers/silent-logger.ts';

const run = createRun(silentLogger());
const regions = ['eu-west-1', 'us-east-1', 'af-south-1'];
const writesOf = (seen: AwsProxy['seen']) =>
  seen.filter(({ method, path }) => method === 'POST' && path !== '/');

let motoProgram: string;
let moto: Moto;
let proxy: AwsProxy;
let folder: string;

beforeAll(async () => {
  motoProgram = await installMoto(run);
}, 600_000);

beforeEach(async () => {
  moto = await startMoto(motoProgram);
  proxy = await startAwsProxy(moto.url);
  folder = await mkdtemp(join(tmpdir(), 'publish-layer-'));
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await moto[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
});

/** A layer's zip with its manifest; the base64 of its SHA-256. */
async function makeLayer(name: string, cpu: 'x86' | 'arm' | 'any', content = name): Promise<string> {
  const zip = new JSZip();
  zip.file('bin/tool', content);
  const bytes = await zip.generateAsync({ type: 'nodebuffer' });
  const codeSha256 = createHash('sha256').update(bytes).digest('base64');
  await mkdir(join(folder, 'output'), { recursive: true });
  await writeFile(join(folder, 'output', `${name}.zip`), bytes);
  const manifest = {
    schema: 1,
    name,
    cpu,
    zip: `${name}.zip`,
    size: bytes.length,
    unzippedSize: content.length,
    codeSha256,
    files: [],
    metadata: { publishable: false },
  };
  await writeFile(join(folder, 'output', `${name}.manifest.json`), JSON.stringify(manifest));
  return codeSha256;
}

/** Nothing of the AWS that whoever runs the tests may have set up. An empty variable is none to the SDK. */
const noCredentials = (): Record<string, string> => ({
  HOME: folder,
  AWS_PROFILE: '',
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_WEB_IDENTITY_TOKEN_FILE: '',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: proxy.url,
  AWS_ENDPOINT_URL_LAMBDA: '',
  AWS_ENDPOINT_URL_STS: '',
  ACTIONS_ID_TOKEN_REQUEST_URL: '',
});

function publish(
  inputs: Record<string, string>,
  environment: Record<string, string> = motoEnvironment(proxy.url),
): Promise<BundleRun> {
  return runBundle({
    action: 'publish-layer',
    folder,
    inputs: {
      regions: regions.join(' '),
      visibility: 'public',
      'compatible-runtimes': 'provided.al2023',
      ...inputs,
    },
    environment,
  });
}

/** Asks moto itself, past the proxy. */
function lambda(region: string): LambdaClient {
  return new LambdaClient({
    region,
    endpoint: moto.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

async function listVersions(region: string, name: string): Promise<(number | undefined)[]> {
  const { LayerVersions = [] } = await lambda(region).send(new ListLayerVersionsCommand({ LayerName: name }));
  return LayerVersions.map(({ Version }) => Version);
}

const versionsFile = async () => JSON.parse(await readFile(join(folder, 'output', 'versions.json'), 'utf8'));

describe('a first run', () => {
  test('publishes each layer to each region, public, with the CPUs of its manifest', async () => {
    const codeSha256 = await makeLayer('arm-php-82', 'arm');
    await makeLayer('console', 'any');
    const inputs = {
      layers: 'output/arm-php-82.zip output/console.zip',
      description: 'PHP 8.2',
      license: 'MIT',
    };
    const { exitCode, stdout, stderr, outputs, summary } = await publish(inputs);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('6 published.');
    for (const region of regions) {
      const key = { LayerName: 'arm-php-82', VersionNumber: 1 };
      expect(await lambda(region).send(new GetLayerVersionCommand(key))).toMatchObject({
        Content: { CodeSha256: codeSha256 },
        CompatibleArchitectures: ['arm64'],
        CompatibleRuntimes: ['provided.al2023'],
        Description: 'PHP 8.2',
        LicenseInfo: 'MIT',
      });
      const { Policy } = await lambda(region).send(new GetLayerVersionPolicyCommand(key));
      expect(JSON.parse(Policy ?? '').Statement).toMatchObject([
        { Sid: 'public', Effect: 'Allow', Principal: '*', Action: 'lambda:GetLayerVersion' },
      ]);
      const console_ = { LayerName: 'console', VersionNumber: 1 };
      expect(await lambda(region).send(new GetLayerVersionCommand(console_))).toMatchObject({
        CompatibleArchitectures: ['x86_64', 'arm64'],
      });
    }
    const everywhere = { 'af-south-1': 1, 'eu-west-1': 1, 'us-east-1': 1 };
    expect(await versionsFile()).toEqual({ 'arm-php-82': everywhere, console: everywhere });
    expect(JSON.parse(outputs.versions ?? '')).toEqual(await versionsFile());
    expect(summary).toContain('arn:aws:lambda:af-south-1:123456789012:layer:arm-php-82:1');
  });

  test('sends each layer once to each region', async () => {
    await makeLayer('php-82', 'x86');
    await publish({ layers: 'output/php-82.zip' });
    expect(
      writesOf(proxy.seen)
        .map(({ region, path }) => `${region} ${path}`)
        .toSorted(),
    ).toEqual(
      regions
        .flatMap((region) => [
          `${region} /2018-10-31/layers/php-82/versions`,
          `${region} /2018-10-31/layers/php-82/versions/1/policy`,
        ])
        .toSorted(),
    );
  });
});

test('a second run writes nothing, and one with new content makes the next version', async () => {
  await makeLayer('php-82', 'x86');
  await publish({ layers: 'output/php-82.zip' });
  proxy.seen.length = 0;
  expect((await publish({ layers: 'output/php-82.zip' })).stdout).toContain('3 unchanged.');
  expect(writesOf(proxy.seen)).toEqual([]);
  await makeLayer('php-82', 'x86', 'new content');
  expect((await publish({ layers: 'output/php-82.zip' })).stdout).toContain('3 published.');
  expect((await versionsFile())['php-82']).toEqual({ 'af-south-1': 2, 'eu-west-1': 2, 'us-east-1': 2 });
});

test('a dry run shows the plan, writes nothing there and nothing here', async () => {
  await makeLayer('php-82', 'x86');
  const { exitCode, stdout } = await publish({ layers: 'output/php-82.zip', 'dry-run': 'true' });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('3 would publish.');
  expect(writesOf(proxy.seen)).toEqual([]);
  expect(existsSync(join(folder, 'output', 'versions.json'))).toBe(false);
});

test('a region that fails is named with cause and remedy, the others are done, and a new run does the rest', async () => {
  await makeLayer('php-82', 'x86');
  const refusal = {
    status: 403,
    type: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  };
  proxy.judge = ({ region, path }) => (region === 'af-south-1' && path !== '/' ? refusal : 'pass');
  const { exitCode, stdout, stderr } = await publish({ layers: 'output/php-82.zip' });
  expect(exitCode).toBe(1);
  expect(stdout).toContain('2 published, 1 failed.');
  expect(stderr).toMatch(
    /af-south-1 php-82: ListLayerVersions: UnrecognizedClientException.*not enabled for the account/,
  );
  expect((await versionsFile())['php-82']).toEqual({ 'eu-west-1': 1, 'us-east-1': 1 });
  proxy.judge = () => 'pass';
  expect((await publish({ layers: 'output/php-82.zip' })).stdout).toContain('2 unchanged, 1 published.');
});

test.each(['lose', 'reset'] as const)(
  'when a connection breaks (%s) while publishing, there is one version',
  async (verdict) => {
    await makeLayer('php-82', 'x86');
    let isBroken = false;
    proxy.judge = ({ region, method, path }) => {
      if (isBroken || region !== 'eu-west-1' || method !== 'POST' || !path.endsWith('/versions'))
        return 'pass';
      isBroken = true;
      return verdict;
    };
    const { exitCode } = await publish({ layers: 'output/php-82.zip', 'quiet-period': '1' });
    expect(isBroken).toBe(true);
    expect(exitCode).toBe(0);
    expect(await listVersions('eu-west-1', 'php-82')).toEqual([1]);
  },
);

test('a region that never answers is given up at its deadline, and holds up no other', async () => {
  await makeLayer('php-82', 'x86');
  proxy.judge = ({ region, path }) => (region === 'us-east-1' && path !== '/' ? 'hang' : 'pass');
  const started = Date.now();
  const inputs = { layers: 'output/php-82.zip', timeout: '10', 'quiet-period': '1' };
  const { exitCode, stdout, stderr } = await publish(inputs);
  expect(Date.now() - started).toBeLessThan(20_000);
  expect(exitCode).toBe(1);
  expect(stdout).toContain('2 published');
  expect(stderr).toMatch(
    /us-east-1 php-82: The time for this region \("timeout"\) is used up: ListLayerVersions/,
  );
});

test('two calls into one folder leave the versions of both', async () => {
  await makeLayer('php-82', 'x86');
  await makeLayer('arm-php-82', 'arm');
  await publish({ layers: 'output/php-82.zip', regions: 'eu-west-1' });
  await publish({ layers: 'output/arm-php-82.zip', regions: 'eu-west-1' });
  expect(await versionsFile()).toEqual({ 'arm-php-82': { 'eu-west-1': 1 }, 'php-82': { 'eu-west-1': 1 } });
});

describe('credentials', () => {
  test('that are missing are asked for before anything is sent', async () => {
    await makeLayer('php-82', 'x86');
    const { exitCode, stderr } = await publish({ layers: 'output/php-82.zip' }, noCredentials());
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/No AWS credentials were found.*role-to-assume.*AWS_PROFILE.*AWS_ACCESS_KEY_ID/);
    expect(proxy.seen).toEqual([]);
  });

  test('of another account than expected change nothing', async () => {
    await makeLayer('php-82', 'x86');
    const { exitCode, stderr } = await publish({
      layers: 'output/php-82.zip',
      'expected-account': '210987654321',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/are of account 123456789012 .*"expected-account" is 210987654321/);
    expect(writesOf(proxy.seen)).toEqual([]);
  });

  const role = 'arn:aws:iam::210987654321:role/publish-layers';

  test('come from a role by one OIDC token, and the layers are of its account', async () => {
    await makeLayer('php-82', 'x86');
    const asked: string[] = [];
    await using tokens = await serve((request, answer) => {
      asked.push(`${request.headers.authorization} ${request.url}`);
      answer.end(JSON.stringify({ value: 'header.payload.signature' }));
    });
    const env = {
      ...noCredentials(),
      ACTIONS_ID_TOKEN_REQUEST_URL: `${tokens.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    };
    const inputs = { 'role-to-assume': role, 'expected-account': '210987654321' };
    const { exitCode, stdout, stderr } = await publish({ layers: 'output/php-82.zip', ...inputs }, env);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(asked).toEqual(['Bearer request-token /token?api-version=2.0&audience=sts.amazonaws.com']);
    expect(stdout).toMatch(
      /Account 210987654321, as arn:aws:sts::210987654321:assumed-role\/publish-layers\//,
    );
    // Once, where the runner is told to hide it.
    expect(stdout.split('\n').filter((line) => line.includes('header.payload.signature'))).toEqual([
      '::add-mask::header.payload.signature',
    ]);
  });

  test('for a role on a job that may not have a token name the missing permission', async () => {
    await makeLayer('php-82', 'x86');
    const { exitCode, stderr } = await publish(
      { layers: 'output/php-82.zip', 'role-to-assume': role },
      noCredentials(),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('permissions: { id-token: write }');
    expect(proxy.seen).toEqual([]);
  });
});

test('a quick build is refused where the endpoint is not this machine', async () => {
  await makeLayer('php-82', 'x86');
  const env = { ...motoEnvironment(proxy.url), AWS_ENDPOINT_URL_LAMBDA: 'https://lambda.example.com' };
  const { exitCode, stderr } = await publish({ layers: 'output/php-82.zip' }, env);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/php-82.zip: .*publishable: false.*PROFILE=release/);
  expect(proxy.seen).toEqual([]);
});
