import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { motoEnvironment } from '#lib/dev-tools/moto.ts';
import { type AwsProxy, startAwsProxy } from '../stand-ins/aws-proxy.ts';
import { serve } from '../stand-ins/file-server.ts';
import { type ModelServer, startModelServer } from '../stand-ins/model-server.ts';
import {
  createPublishFixture,
  type PublishFixture,
  regions,
  withoutCredentials,
} from './publish-layer-fixture.ts';

/** moto lacks callers of other accounts, organizations, and an S3 that checks hashes and owners. */
let server: ModelServer;
let proxy: AwsProxy;
let fixture: PublishFixture;

beforeEach(async () => {
  server = await startModelServer();
  proxy = await startAwsProxy(server.url);
  fixture = await createPublishFixture(proxy.url);
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await fixture[Symbol.asyncDispose]();
  };
});

const environment = (): Record<string, string> => ({
  ...motoEnvironment(proxy.url),
  AWS_ENDPOINT_URL_S3: proxy.url,
});

describe('a zip over 50 MiB', () => {
  test('is uploaded once to a bucket in each region, verified by its hash', async () => {
    const codeSha256 = await fixture.makeLayer('large', 'x86', randomBytes(51 * 1024 * 1024));
    const inputs = {
      layers: 'output/large.zip',
      regions: 'eu-west-1 us-east-1',
      's3-bucket': 'layers-{region}',
    };
    const { exitCode, stderr } = await fixture.publish(inputs, environment());
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const key = `publish-layer/large/${Buffer.from(codeSha256, 'base64').toString('hex')}.zip`;
    expect([...server.objects.keys()].toSorted()).toEqual([
      `layers-eu-west-1/${key}`,
      `layers-us-east-1/${key}`,
    ]);
    for (const region of ['eu-west-1', 'us-east-1']) {
      expect(server.model(region).versionsOf('large')).toMatchObject([{ version: 1, codeSha256 }]);
    }
    server.requests.length = 0;
    await fixture.publish(inputs, environment());
    expect(server.requests.filter((request) => request.startsWith('s3'))).toEqual([]);
  });

  test('is not uploaded again if the bucket has it', async () => {
    await fixture.makeLayer('large', 'x86', randomBytes(51 * 1024 * 1024));
    const inputs = { layers: 'output/large.zip', regions: 'eu-west-1', 's3-bucket': 'layers-{region}' };
    await fixture.publish(inputs, environment());
    server.requests.length = 0;
    await fixture.publish({ ...inputs, 'republish-on-metadata': 'true', description: 'new' }, environment());
    expect(
      server.requests.filter((request) => request.startsWith('s3')).map((request) => request.split(' ')[2]),
    ).toEqual(['HEAD']);
    expect(server.model('eu-west-1').versionsOf('large')).toHaveLength(2);
  });
});

describe('the stranger role', () => {
  const stranger = 'arn:aws:iam::210987654321:role/stranger';

  test('reads public layers in every region', async () => {
    await fixture.makeLayer('php-82', 'x86');
    const { exitCode } = await fixture.publish({ layers: 'output/php-82.zip', 'stranger-role': stranger });
    expect(exitCode).toBe(0);
    const reads = server.requests.filter((request) => request.endsWith('GET /2018-10-31/layers'));
    expect(reads.toSorted()).toEqual(
      regions.map((region) => `lambda ${region} GET /2018-10-31/layers`).toSorted(),
    );
  });

  test('fails a layer that it cannot read', async () => {
    await fixture.makeLayer('php-82', 'x86');
    const { exitCode, stderr } = await fixture.publish({
      layers: 'output/php-82.zip',
      regions: 'eu-west-1',
      visibility: 'shared',
      principals: '333333333333',
      'stranger-role': stranger,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/eu-west-1 php-82: GetLayerVersionByArn: AccessDeniedException/);
  });

  test('must not belong to the publishing account', async () => {
    await fixture.makeLayer('php-82', 'x86');
    const { exitCode, stderr } = await fixture.publish({
      layers: 'output/php-82.zip',
      'stranger-role': 'arn:aws:iam::123456789012:role/stranger',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/"stranger-role" must belong to a different account.*123456789012/);
    expect(server.requests.every((request) => request.startsWith('sts'))).toBe(true);
  });
});

test('shares layers with accounts and an organization, and reads the grants back', async () => {
  await fixture.makeLayer('php-82', 'x86');
  const inputs = {
    layers: 'output/php-82.zip',
    regions: 'eu-west-1',
    visibility: 'shared',
    principals: '210987654321',
    'organization-id': 'o-0123456789',
  };
  const { exitCode, stdout } = await fixture.publish(inputs);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('shared with account 210987654321, organization o-0123456789');
  expect((await fixture.publish(inputs)).stdout).toContain('1 unchanged.');
});

test('redacts secrets in log, outputs, summary and files, even if a server returns them', async () => {
  await fixture.makeLayer('php-82', 'x86');
  await using tokens = await serve((_request, response) =>
    response.end(JSON.stringify({ value: 'the.oidc.token' })),
  );
  const secrets = ['the.oidc.token', 'secret-of-210987654321', 'token-of-210987654321', 'the-request-token'];
  // Each response of Lambda contains the request's headers.
  proxy.judge = ({ path }, { headers }) =>
    path === '/'
      ? 'pass'
      : {
          status: 400,
          type: 'InvalidParameterValueException',
          message: JSON.stringify({ headers, secrets }),
        };
  const { exitCode, stdout, stderr, summary, outputs } = await fixture.publish(
    { layers: 'output/php-82.zip', 'role-to-assume': 'arn:aws:iam::210987654321:role/publish' },
    {
      ...withoutCredentials(proxy.url, fixture.folder),
      ACTIONS_ID_TOKEN_REQUEST_URL: `${tokens.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'the-request-token',
      RUNNER_DEBUG: '1',
    },
  );
  expect(exitCode).toBe(1);
  expect(stderr).toContain('InvalidParameterValueException');
  // The only line with the token tells the runner to mask it.
  const visibleLog = stdout.replace('::add-mask::the.oidc.token\n', '');
  const files = await readdir(join(fixture.folder, 'output'));
  const written = await Promise.all(
    files.map((file) => readFile(join(fixture.folder, 'output', file), 'utf8')),
  );
  const everything = [visibleLog, stderr, summary, JSON.stringify(outputs), ...written].join('\n');
  for (const secret of secrets) expect(everything).not.toContain(secret);
});
