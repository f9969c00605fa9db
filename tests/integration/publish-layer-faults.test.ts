import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListLayerVersionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installMoto, type Moto, startMoto } from '#lib/dev-tools/moto.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { type AwsProxy, type SeenRequest, startAwsProxy, type Verdict } from '../stand-ins/aws-proxy.ts';
import { createLambdaClient } from '../stand-ins/lambda-client.ts';
import { createPublishFixture, type PublishFixture } from './publish-layer-fixture.ts';

let moto: Moto;
let proxy: AwsProxy;
let fixture: PublishFixture;

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

async function versionsIn(region: string): Promise<(number | undefined)[]> {
  const client = createLambdaClient(moto.url, region);
  const { LayerVersions = [] } = await client.send(new ListLayerVersionsCommand({ LayerName: 'php-82' }));
  return LayerVersions.map(({ Version }) => Version);
}

const isPublish = ({ method, path }: SeenRequest) => method === 'POST' && path.endsWith('/versions');
const error = (status: number, type: string) => ({ status, type, message: `${type}: simulated` });

/** Applies the verdict to the first publish requests of a region. All others pass. */
function onPublish(verdict: Verdict, region = 'eu-west-1', times = 1): AwsProxy['judge'] {
  let left = times;
  return (seen) => (seen.region === region && isPublish(seen) && left-- > 0 ? verdict : 'pass');
}

describe('publishing over real connections', () => {
  test.each<[string, Verdict]>([
    ['a connection that breaks at once', 'reset'],
    ['a connection that breaks after the body', 'swallow'],
    ['a lost response', 'lose'],
    ['a truncated response', 'cut'],
    ['a response byte by byte', 'drip'],
    ['a version a second after the connection broke', { late: 1000 }],
    ['500 without a version', error(500, 'ServiceException')],
    ['500 with a version', { ...error(500, 'ServiceException'), isDone: true }],
    ['503', error(503, 'ServiceUnavailable')],
    ['429 with Retry-After', { ...error(429, 'TooManyRequestsException'), headers: { 'retry-after': '1' } }],
    ['429 before the body', { ...error(429, 'TooManyRequestsException'), isEarly: true }],
  ])('creates one version, grants it and reads it back despite %s', async (_, verdict) => {
    // Larger than a socket's buffer.
    await fixture.makeLayer('php-82', 'x86', Buffer.alloc(4 * 1024 * 1024, 'x'));
    proxy.judge = onPublish(verdict);
    const inputs = { layers: 'output/php-82.zip', regions: 'eu-west-1 us-east-1', 'quiet-period': '3' };
    const { exitCode, stdout } = await fixture.publish(inputs);
    expect(stdout).toMatch(/eu-west-1 +php-82 +published +1 +public/);
    expect(stdout).toMatch(/us-east-1 +php-82 +published +1 +public/);
    expect(exitCode).toBe(0);
    expect(await versionsIn('eu-west-1')).toEqual([1]);
  });

  test.each<[string, Verdict, RegExp]>([
    ['access denied', error(403, 'AccessDeniedException'), /AccessDeniedException.*Allow the role or user/],
    [
      'a full code storage',
      error(400, 'CodeStorageExceededException'),
      /CodeStorageExceeded.*Request more storage/,
    ],
    ['an expired token', error(403, 'ExpiredTokenException'), /ExpiredTokenException.*Get new credentials/],
    ['a body that is too large', error(413, 'RequestEntityTooLargeException'), /RequestEntityTooLarge/],
  ])(
    '%s fails the region at once with the fix, and publishes to the other region',
    async (_, verdict, message) => {
      await fixture.makeLayer('php-82', 'x86');
      proxy.judge = onPublish(verdict, 'eu-west-1', 100);
      const inputs = { layers: 'output/php-82.zip', regions: 'eu-west-1 us-east-1' };
      const { exitCode, stdout, stderr, summary, outputs } = await fixture.publish(inputs);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(message);
      expect(summary).toMatch(/\| eu-west-1 \| php-82 \| failed +\|/);
      expect(stdout).toMatch(/us-east-1 +php-82 +published/);
      expect(outputs).toMatchObject({ published: '1', failed: '1' });
      expect(proxy.seen.filter((seen) => seen.region === 'eu-west-1' && isPublish(seen))).toHaveLength(1);
    },
  );
});

test.each<[string, Verdict]>([
  ['creates a version without a response', 'stall'],
  ['creates no version and has no response', 'hang'],
])(
  'a request that %s ends at the deadline, and the next run creates no second version',
  async (_, verdict) => {
    await fixture.makeLayer('php-82', 'x86');
    proxy.judge = onPublish(verdict);
    const inputs = { layers: 'output/php-82.zip', regions: 'eu-west-1', timeout: '10', 'quiet-period': '3' };
    const { exitCode, stderr } = await fixture.publish(inputs);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /was reached: PublishLayerVersion: .*the request may still create a version, which the next run finds/,
    );
    expect(await fixture.read('publish.journal.jsonl')).toContain('"event":"unclear"');
    expect((await fixture.publish(inputs)).exitCode).toBe(0);
    expect(await versionsIn('eu-west-1')).toEqual([1]);
  },
);

test('a disabled optional region is a warning and keeps its previous number', async () => {
  await fixture.makeLayer('php-82', 'x86');
  const previous = join(fixture.folder, 'layers.json');
  await writeFile(previous, '{"php-82":{"af-south-1":"4","me-south-1":"3"}}');
  proxy.judge = ({ region, path }) =>
    region === 'af-south-1' && path !== '/' ? error(403, 'UnrecognizedClientException') : 'pass';
  const { exitCode, stdout } = await fixture.publish({
    layers: 'output/php-82.zip',
    'optional-regions': 'opt-in',
    'previous-versions': previous,
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/Warning: af-south-1 php-82: ListLayerVersions: UnrecognizedClientException/);
  expect(await fixture.versions()).toEqual({
    'php-82': { 'af-south-1': 4, 'eu-west-1': 1, 'me-south-1': 3, 'us-east-1': 1 },
  });
});
