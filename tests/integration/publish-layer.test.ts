import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installMoto, type Moto, motoEnvironment, startMoto } from '#lib/dev-tools/moto.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { type AwsProxy, startAwsProxy } from '../stand-ins/aws-proxy.ts';
import { serve } from '../stand-ins/file-server.ts';
import { createLambdaClient } from '../stand-ins/lambda-client.ts';
import {
  createPublishFixture,
  type PublishFixture,
  regions,
  withoutCredentials,
} from './publish-layer-fixture.ts';

const writesOf = (seen: AwsProxy['seen']) =>
  seen.filter(({ method, path }) => method === 'POST' && path !== '/');

let moto: Moto;
let proxy: AwsProxy;
let fixture: PublishFixture;
const { publish, makeLayer } = {
  publish: (...options: Parameters<PublishFixture['publish']>) => fixture.publish(...options),
  makeLayer: (...options: Parameters<PublishFixture['makeLayer']>) => fixture.makeLayer(...options),
};

beforeAll(async () => {
  moto = await startMoto(await installMoto(createRun(silentLogger())));
}, 600_000);
afterAll(() => moto[Symbol.asyncDispose]());

beforeEach(async () => {
  await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
  proxy = await startAwsProxy(moto.url);
  fixture = await createPublishFixture(proxy.url);
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await fixture[Symbol.asyncDispose]();
  };
});

/** Creates a client of moto that bypasses the proxy. */
function lambda(region: string): LambdaClient {
  return createLambdaClient(moto.url, region);
}

describe('a first run', () => {
  test('publishes each layer to each region with its properties and grant', async () => {
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
    const numbers = { 'af-south-1': 1, 'eu-west-1': 1, 'us-east-1': 1 };
    expect(await fixture.versions()).toEqual({ 'arm-php-82': numbers, console: numbers });
    expect(JSON.parse(outputs.versions ?? '')).toEqual(await fixture.versions());
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

test('a second run writes nothing, and a run with new content creates the next version', async () => {
  await makeLayer('php-82', 'x86');
  await publish({ layers: 'output/php-82.zip' });
  proxy.seen.length = 0;
  expect((await publish({ layers: 'output/php-82.zip' })).stdout).toContain('3 unchanged.');
  expect(writesOf(proxy.seen)).toEqual([]);
  await makeLayer('php-82', 'x86', 'new content');
  expect((await publish({ layers: 'output/php-82.zip' })).stdout).toContain('3 published.');
  expect((await fixture.versions())['php-82']).toEqual({ 'af-south-1': 2, 'eu-west-1': 2, 'us-east-1': 2 });
});

test('a dry run shows the plan and writes nothing', async () => {
  await makeLayer('php-82', 'x86');
  const { exitCode, stdout } = await publish({ layers: 'output/php-82.zip', 'dry-run': 'true' });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('3 would publish.');
  expect(writesOf(proxy.seen)).toEqual([]);
  expect(existsSync(join(fixture.folder, 'output', 'versions.json'))).toBe(false);
});

test('a failed region is reported with cause and fix, and the next run completes it', async () => {
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
    /af-south-1 php-82: ListLayerVersions: UnrecognizedClientException.*the account has not enabled this region/,
  );
  expect((await fixture.versions())['php-82']).toEqual({ 'eu-west-1': 1, 'us-east-1': 1 });
  proxy.judge = () => 'pass';
  expect((await publish({ layers: 'output/php-82.zip' })).stdout).toContain('2 unchanged, 1 published.');
});

test('a region without responses fails at its deadline and does not delay others', async () => {
  await makeLayer('php-82', 'x86');
  proxy.judge = ({ region, path }) => (region === 'us-east-1' && path !== '/' ? 'hang' : 'pass');
  const inputs = { layers: 'output/php-82.zip', timeout: '10', 'quiet-period': '1' };
  const { exitCode, stdout, stderr } = await publish(inputs);
  expect(exitCode).toBe(1);
  expect(stdout).toContain('2 published');
  expect(stderr).toMatch(
    /us-east-1 php-82: The time limit of this region \("timeout"\) was reached: ListLayerVersions/,
  );
});

test('differing numbers are aligned on request', async () => {
  await makeLayer('php-82', 'x86', 'old');
  await publish({ layers: 'output/php-82.zip', regions: 'eu-west-1' });
  await makeLayer('php-82', 'x86');
  const { stdout } = await publish({ layers: 'output/*.zip', 'align-versions': 'true' });
  expect(stdout).toMatch(/us-east-1 +php-82 +published +2 +public +published 1 more time to reach version 2/);
  expect((await fixture.versions())['php-82']).toEqual({ 'af-south-1': 2, 'eu-west-1': 2, 'us-east-1': 2 });
});

test('one message reports all problems before any request', async () => {
  await makeLayer('php-82', 'x86');
  const { exitCode, stderr } = await publish({
    layers: 'output/php-82.zip output/missing.zip output/versions.json',
    regions: 'eu-wset-1',
    'role-to-assume': 'me',
    visibility: 'shared',
  });
  expect(exitCode).toBe(1);
  for (const part of [
    '5 problems were found, and nothing was sent:',
    'did you mean eu-west-1?',
    '"role-to-assume" must be the ARN of a role',
    '"visibility" is "shared", which requires "principals" or "organization-id"',
    'output/missing.zip does not exist',
    'output/versions.json does not exist',
  ]) {
    expect(stderr).toContain(part);
  }
  expect(proxy.seen).toEqual([]);
});

test('a zip without a manifest is published like in the README, and a second run makes it public', async () => {
  await makeLayer('my-layer', 'x86');
  await rm(join(fixture.folder, 'output', 'my-layer.manifest.json'));
  const { exitCode, stdout, outputs } = await publish({
    layers: 'output/my-layer.zip',
    regions: 'eu-west-1',
    visibility: 'private',
    'compatible-runtimes': '',
    'compatible-architectures': 'x86_64 arm64',
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/eu-west-1 +my-layer +published +1 +private/);
  expect(outputs).toMatchObject({ published: '1', granted: '0', skipped: '0', failed: '0' });
  expect(JSON.parse(outputs.arns ?? '')).toEqual({
    'my-layer': { 'eu-west-1': 'arn:aws:lambda:eu-west-1:123456789012:layer:my-layer:1' },
  });
  expect(await fixture.read('arns.md')).toContain('layer:my-layer:1');
  const second = await publish({
    layers: 'output/my-layer.zip',
    regions: 'eu-west-1',
    'compatible-runtimes': '',
    'compatible-architectures': 'x86_64 arm64',
  });
  expect(second.outputs).toMatchObject({ published: '0', granted: '1' });
});

test('two runs into one folder keep the versions of both', async () => {
  await makeLayer('php-82', 'x86');
  await makeLayer('arm-php-82', 'arm');
  await publish({ layers: 'output/php-82.zip', regions: 'eu-west-1' });
  await publish({ layers: 'output/arm-php-82.zip', regions: 'eu-west-1' });
  expect(await fixture.versions()).toEqual({
    'arm-php-82': { 'eu-west-1': 1 },
    'php-82': { 'eu-west-1': 1 },
  });
});

describe('credentials', () => {
  test('that are missing stop the run before any request', async () => {
    await makeLayer('php-82', 'x86');
    const { exitCode, stderr } = await publish(
      { layers: 'output/php-82.zip' },
      withoutCredentials(proxy.url, fixture.folder),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/No AWS credentials were found.*role-to-assume.*AWS_PROFILE.*AWS_ACCESS_KEY_ID/);
    expect(proxy.seen).toEqual([]);
  });

  test('of an unexpected account change nothing', async () => {
    await makeLayer('php-82', 'x86');
    const { exitCode, stderr } = await publish({
      layers: 'output/php-82.zip',
      'expected-account': '210987654321',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/belong to account 123456789012 .*"expected-account" is 210987654321/);
    expect(writesOf(proxy.seen)).toEqual([]);
  });

  const role = 'arn:aws:iam::210987654321:role/publish-layers';

  test('come from a role through one OIDC token', async () => {
    await makeLayer('php-82', 'x86');
    const tokenRequests: string[] = [];
    await using tokens = await serve((request, response) => {
      tokenRequests.push(`${request.headers.authorization} ${request.url}`);
      response.end(JSON.stringify({ value: 'header.payload.signature' }));
    });
    const env = {
      ...withoutCredentials(proxy.url, fixture.folder),
      ACTIONS_ID_TOKEN_REQUEST_URL: `${tokens.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    };
    const inputs = { 'role-to-assume': role, 'expected-account': '210987654321' };
    const { exitCode, stdout, stderr } = await publish({ layers: 'output/php-82.zip', ...inputs }, env);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(tokenRequests).toEqual(['Bearer request-token /token?api-version=2.0&audience=sts.amazonaws.com']);
    expect(stdout).toMatch(
      /Account 210987654321, as arn:aws:sts::210987654321:assumed-role\/publish-layers\//,
    );
    // The only line with the secret tells the runner to mask it.
    expect(stdout.split('\n').filter((line) => line.includes('header.payload.signature'))).toEqual([
      '::add-mask::header.payload.signature',
    ]);
  });

  test('of a role in China have their own audience and partition', async () => {
    await makeLayer('php-82', 'x86');
    const tokenRequests: string[] = [];
    await using tokens = await serve((request, response) => {
      tokenRequests.push(new URL(request.url ?? '', 'http://x').searchParams.get('audience') ?? '');
      response.end(JSON.stringify({ value: 'header.payload.signature' }));
    });
    const { exitCode, outputs } = await publish(
      {
        layers: 'output/php-82.zip',
        regions: 'cn-north-1 cn-northwest-1',
        'role-to-assume': 'arn:aws-cn:iam::210987654321:role/publish-layers',
      },
      {
        ...withoutCredentials(proxy.url, fixture.folder),
        ACTIONS_ID_TOKEN_REQUEST_URL: `${tokens.url}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
      },
    );
    expect(exitCode).toBe(0);
    expect(tokenRequests).toEqual(['sts.amazonaws.com.cn']);
    expect(JSON.parse(outputs.arns ?? '')['php-82']).toEqual({
      'cn-north-1': 'arn:aws-cn:lambda:cn-north-1:210987654321:layer:php-82:1',
      'cn-northwest-1': 'arn:aws-cn:lambda:cn-northwest-1:210987654321:layer:php-82:1',
    });
  });

  test('come from a profile', async () => {
    await makeLayer('php-82', 'x86');
    await mkdir(join(fixture.folder, '.aws'));
    const file = join(fixture.folder, '.aws', 'credentials');
    await writeFile(file, '[release]\naws_access_key_id = local\naws_secret_access_key = local\n');
    const { exitCode, stdout } = await publish(
      { layers: 'output/php-82.zip', regions: 'eu-west-1' },
      {
        ...withoutCredentials(proxy.url, fixture.folder),
        AWS_PROFILE: 'release',
        AWS_SHARED_CREDENTIALS_FILE: file,
      },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 published.');
  });

  test('come from an instance', async () => {
    await makeLayer('php-82', 'x86');
    await using metadata = await serve((request, response) => {
      if (request.method === 'PUT') return void response.end('imds-token');
      if (!request.url?.endsWith('/builder')) return void response.end('builder');
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      const keys = { AccessKeyId: 'local', SecretAccessKey: 'local', Token: 'instance-token' };
      response.end(JSON.stringify({ Code: 'Success', ...keys, Expiration }));
    });
    const { exitCode, stdout } = await publish(
      { layers: 'output/php-82.zip', regions: 'eu-west-1' },
      {
        ...withoutCredentials(proxy.url, fixture.folder),
        AWS_EC2_METADATA_DISABLED: 'false',
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 published.');
  });

  test('of a role need a permission that the error names', async () => {
    await makeLayer('php-82', 'x86');
    const { exitCode, stderr } = await publish(
      { layers: 'output/php-82.zip', 'role-to-assume': role },
      withoutCredentials(proxy.url, fixture.folder),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('permissions: { id-token: write }');
    expect(proxy.seen).toEqual([]);
  });
});

test('a quick build is refused unless the endpoint is local', async () => {
  await makeLayer('php-82', 'x86');
  const env = { ...motoEnvironment(proxy.url), AWS_ENDPOINT_URL_LAMBDA: 'https://lambda.example.com' };
  const { exitCode, stderr } = await publish({ layers: 'output/php-82.zip' }, env);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/php-82.zip .*publishable: false.*PROFILE=release/);
  expect(proxy.seen).toEqual([]);
});
