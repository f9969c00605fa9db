import { describe, expect, test } from 'vitest';
import { CallError } from '#lib/aws/call-error.ts';
import { retryLimits } from '#lib/aws/retry.ts';
import { createLayer } from '../../../../tests/fixtures/published-layer.ts';
import { createVirtualClock } from '../../../../tests/fixtures/virtual-clock.ts';
import type { Fault, FaultRule } from '../../../../tests/stand-ins/faulty-network.ts';
import { createLambdaModel, type LambdaModel } from '../../../../tests/stand-ins/lambda-model.ts';
import { createBodies } from '../../src/reconcile/bodies.ts';
import { type Journal, noJournal } from '../../src/reconcile/journal.ts';
import { publishUpTo, type Reconciled, recheckLayer, reconcileLayer } from '../../src/reconcile/reconcile.ts';
import { watchIntervalMs } from '../../src/reconcile/watch.ts';
import { createRegion, makeBody, quietPeriodMs, type RegionFixture } from '../region-fixture.ts';

const layer = createLayer();
const own = { codeSha256: layer.codeSha256, architectures: layer.architectures, runtimes: layer.runtimes };
const everyone = { grantee: 'everyone', statementId: 'public' };
const lost: Fault = { kind: 'reset', commit: 'immediately' };
const dropped: Fault = { kind: 'reset', commit: 'never' };
const throttled: Fault = {
  kind: 'error',
  status: 429,
  type: 'TooManyRequestsException',
  headers: { 'retry-after': '3' },
};
const broken: Fault = { kind: 'error', status: 500, type: 'ServiceException' };

const onPublish = (...faults: Fault[]): FaultRule[] =>
  faults.map((fault) => ({ operation: 'PublishLayerVersion', fault }));

const reconcile = ({ clock, context }: RegionFixture): Promise<Reconciled> =>
  clock.run(reconcileLayer(layer, context));

const publishes = ({ network }: RegionFixture) =>
  network.requests.filter((name) => name === 'PublishLayerVersion').length;
const writes = ({ network }: RegionFixture) => network.requests.filter((name) => /^(Publish|Add)/.test(name));
const elapsedMs = ({ clock }: RegionFixture) => clock.now() - createRegion(createLambdaModel()).clock.now();

describe('a region', () => {
  test('without a version gets one, which is read back before it is granted', async () => {
    const region = createRegion(createLambdaModel());
    const { plan, version, notes } = await reconcile(region);
    expect(plan.action).toBe('publish');
    expect(version).toMatchObject({ version: 1, grants: [everyone], codeSha256: layer.codeSha256 });
    expect(version?.arn).toBe('arn:aws:lambda:eu-west-1:123456789012:layer:php-82:1');
    expect(notes).toEqual([]);
    expect(region.network.requests).toEqual([
      'ListLayerVersions',
      'PublishLayerVersion',
      'ListLayerVersions',
      'GetLayerVersion',
      'AddLayerVersionPermission',
      'GetLayerVersionPolicy',
    ]);
  });

  test('is only read by a second run', async () => {
    const model = createLambdaModel();
    await reconcile(createRegion(model));
    const again = createRegion(model);
    expect((await reconcile(again)).plan.action).toBe('nothing');
    expect(again.network.requests).toEqual(['ListLayerVersions', 'GetLayerVersion', 'GetLayerVersionPolicy']);
  });

  test('with a private version only gets the grant', async () => {
    const model = createLambdaModel();
    model.seed('php-82', { ...own, version: 7 });
    const region = createRegion(model);
    expect(await reconcile(region)).toMatchObject({
      plan: { action: 'grant' },
      version: { version: 7, grants: [everyone] },
    });
    expect(writes(region)).toEqual(['AddLayerVersionPermission']);
  });

  test('with different content gets the next version', async () => {
    const model = createLambdaModel();
    model.seed('php-82', { version: 7 });
    expect((await reconcile(createRegion(model))).version?.version).toBe(8);
  });

  test('stays private on request', async () => {
    const goal = { grants: [], republishOnMetadata: false };
    const region = createRegion(createLambdaModel(), [], { goal });
    expect((await reconcile(region)).version?.grants).toEqual([]);
    expect(writes(region)).toEqual(['PublishLayerVersion']);
  });

  test('gets one statement per missing account or organization', async () => {
    const model = createLambdaModel();
    const account = { statementId: 'account-210987654321', principal: '210987654321' };
    const organization = {
      statementId: 'organization-o-0123456789',
      principal: '*',
      organization: 'o-0123456789',
    };
    const share = (...grants: (typeof account)[]) =>
      createRegion(model, [], { goal: { grants, republishOnMetadata: false } });
    await reconcile(share(account));
    const both = share(account, organization);
    expect((await reconcile(both)).version?.grants.map(({ grantee }) => grantee)).toEqual([
      'account 210987654321',
      'organization o-0123456789',
    ]);
    expect(writes(both)).toEqual(['AddLayerVersionPermission']);
  });

  test.each([
    [[], /Version 1 is granted to everyone but should not be\. Others may rely on it/],
    [[{ statementId: 'account-1', principal: '210987654321' }], /granted to everyone but should not be/],
  ])(
    'that is public by mistake is not changed, and the error has the command that withdraws the grant',
    async (grants, message) => {
      const model = createLambdaModel();
      await reconcile(createRegion(model));
      const region = createRegion(model, [], { goal: { grants, republishOnMetadata: false } });
      const failure = reconcile(region);
      await expect(failure).rejects.toThrow(message);
      await expect(failure).rejects.toThrow(
        /remove-layer-version-permission --region eu-west-1 --layer-name php-82 --version-number 1 --statement-id public/,
      );
      expect(writes(region)).toEqual([]);
    },
  );

  test('is only read in a dry run', async () => {
    const region = createRegion(createLambdaModel(), [], { isDryRun: true });
    expect(await reconcile(region)).toMatchObject({ plan: { action: 'publish' }, version: undefined });
    expect(region.network.requests).toEqual(['ListLayerVersions']);
  });

  test('gets no version for a new description, unless requested', async () => {
    const model = createLambdaModel();
    await reconcile(createRegion(model));
    const described = createLayer({ description: 'PHP 8.2' });
    const first = createRegion(model);
    const unchanged = await first.clock.run(reconcileLayer(described, first.context));
    expect(unchanged).toMatchObject({ plan: { action: 'nothing' }, notes: ['description differs'] });
    const goal = { ...first.context.goal, republishOnMetadata: true };
    const second = createRegion(model, [], { goal });
    const republished = await second.clock.run(reconcileLayer(described, second.context));
    expect(republished.version).toMatchObject({ version: 2, description: 'PHP 8.2' });
  });
});

describe('PublishLayerVersion', () => {
  test.each<[string, Fault]>([
    ['its response is lost', lost],
    [
      'its response is lost and it creates the version in the quiet period',
      { kind: 'reset', commit: 30_000 },
    ],
    [
      'its response is lost and it creates the version at the end of the quiet period',
      { kind: 'reset', commit: quietPeriodMs },
    ],
    ['its response ends in the middle', { kind: 'truncated response' }],
    ['it creates the version and returns an internal error', { ...broken, isProcessed: true }],
    ['it creates the version without a response', { kind: 'no response', commit: 'immediately' }],
  ])('is not sent again if %s', async (_, fault) => {
    const model = createLambdaModel();
    const region = createRegion(model, onPublish(fault));
    const { version, notes } = await reconcile(region);
    expect(publishes(region)).toBe(1);
    expect(model.versionsOf('php-82')).toHaveLength(1);
    expect(version).toMatchObject({ version: 1, grants: [everyone] });
    expect(notes).toEqual(['the response was lost; the version was found']);
  });

  test.each<[string, Fault]>([
    ['a lost response', dropped],
    ['an internal error', broken],
  ])('is sent again after %s, but only after the quiet period', async (_, fault) => {
    const model = createLambdaModel();
    const region = createRegion(model, onPublish(fault));
    await reconcile(region);
    expect(publishes(region)).toBe(2);
    expect(model.versionsOf('php-82')).toHaveLength(1);
    expect(elapsedMs(region)).toBeGreaterThanOrEqual(quietPeriodMs);
    const listRequests = region.network.requests.filter((name) => name === 'ListLayerVersions').length;
    // Before the upload, at each interval, at the end of the quiet period, and for the read-back.
    expect(listRequests).toBe(1 + quietPeriodMs / watchIntervalMs + 1 + 1);
  });

  test.each<[string, Fault]>([
    ['throttling', throttled],
    ['a refused connection', { kind: 'unreachable', code: 'ECONNREFUSED' }],
  ])('is sent again after %s, without a quiet period', async (_, fault) => {
    const region = createRegion(createLambdaModel(), onPublish(fault));
    await reconcile(region);
    expect(publishes(region)).toBe(2);
    expect(elapsedMs(region)).toBeLessThan(10_000);
  });

  test('is sent again only after the time in Retry-After', async () => {
    const region = createRegion(createLambdaModel(), onPublish(throttled));
    await reconcile(region);
    expect(elapsedMs(region)).toBeGreaterThanOrEqual(3000);
  });

  test('a version that the first request creates after the quiet period is reported', async () => {
    const model = createLambdaModel();
    const region = createRegion(model, onPublish({ kind: 'reset', commit: quietPeriodMs + 100 }));
    const { version, notes } = await reconcile(region);
    expect(model.versionsOf('php-82')).toHaveLength(2);
    expect(version).toMatchObject({ version: 2, grants: [everyone] });
    expect(notes).toEqual(['version 1 probably comes from an earlier attempt; version 2 is used']);
  });

  test('a version that the first request creates after the second one is reported, granted and used', async () => {
    const model = createLambdaModel();
    const rules: FaultRule[] = [
      ...onPublish({ kind: 'reset', commit: quietPeriodMs + 2_000 }),
      { operation: 'GetLayerVersion', fault: throttled },
    ];
    const region = createRegion(model, rules);
    const first = await reconcile(region);
    expect(first.version?.version).toBe(1);
    if (first.version === undefined) return;
    const again = await region.clock.run(recheckLayer(layer, first.version, region.context));
    expect(model.versionsOf('php-82')).toHaveLength(2);
    expect(again.version).toMatchObject({ version: 2, grants: [everyone] });
    expect(again.notes).toEqual(['version 2 appeared later with the same content and is used']);
  });

  test('a slow list response does not prove that there is no version', async () => {
    const model = createLambdaModel();
    // The request after 5 s sees no version. Its response arrives at the end of the quiet period, after the version.
    const region = createRegion(model, [
      ...onPublish({ kind: 'reset', commit: 6_000 }),
      { operation: 'ListLayerVersions', fault: { kind: 'slow', delayMs: 55_000 }, skip: 2 },
    ]);
    expect((await reconcile(region)).version?.version).toBe(1);
    expect(publishes(region)).toBe(1);
  });

  test('a version of another publisher is not taken for the lost one', async () => {
    const model = createLambdaModel();
    model.seed('php-82', { version: 3 });
    const region = createRegion(model, onPublish(dropped));
    region.clock.schedule(10_000, () => model.seed('php-82'));
    await expect(reconcile(region)).rejects.toThrow(
      /Version 4 of php-82 appeared with different content: another publisher/,
    );
    expect(publishes(region)).toBe(1);
  });

  test('is not sent again after a permanent error', async () => {
    const fault: Fault = { kind: 'error', status: 400, type: 'CodeStorageExceededException' };
    const region = createRegion(createLambdaModel(), onPublish(fault));
    await expect(reconcile(region)).rejects.toThrow(/PublishLayerVersion: CodeStorageExceededException/);
    expect(publishes(region)).toBe(1);
  });

  test('fails the region if all responses are unclear', async () => {
    const model = createLambdaModel();
    const region = createRegion(model, [{ operation: 'PublishLayerVersion', fault: dropped, times: 100 }]);
    await expect(reconcile(region)).rejects.toThrow(/PublishLayerVersion: .*ECONNRESET/);
    expect(elapsedMs(region)).toBeLessThan(600_000);
  });

  test('is aborted at the deadline if no response arrives', async () => {
    const region = createRegion(createLambdaModel(), [
      { operation: 'PublishLayerVersion', fault: { kind: 'slow', delayMs: 3_600_000 } },
    ]);
    await expect(reconcile(region)).rejects.toThrow(
      /The time limit of this region \("timeout"\) was reached: PublishLayerVersion: .*which the next run finds/,
    );
    expect(elapsedMs(region)).toBe(600_000);
  });
});

describe('reads and grants', () => {
  test.each([
    'ListLayerVersions',
    'GetLayerVersion',
    'GetLayerVersionPolicy',
    'AddLayerVersionPermission',
  ] as const)('%s is retried after throttling, internal errors and resets', async (operation) => {
    const model = createLambdaModel();
    const rules = [throttled, broken, dropped].map((fault) => ({ operation, fault }));
    const region = createRegion(model, rules);
    expect((await reconcile(region)).version?.grants).toEqual([everyone]);
    expect(model.versionsOf('php-82')).toHaveLength(1);
  });

  test('fail after the last attempt', async () => {
    const region = createRegion(createLambdaModel(), [
      { operation: 'ListLayerVersions', fault: throttled, times: 20 },
    ]);
    await expect(reconcile(region)).rejects.toThrow(/ListLayerVersions: TooManyRequestsException/);
    expect(region.network.requests).toHaveLength(retryLimits.attempts);
  });

  test('a grant whose response was lost counts if the policy shows it', async () => {
    const model = createLambdaModel();
    const region = createRegion(model, [{ operation: 'AddLayerVersionPermission', fault: lost }]);
    expect((await reconcile(region)).version?.grants).toEqual([everyone]);
    expect(model.versionsOf('php-82')[0]?.statements).toHaveLength(1);
  });

  test('a statement id of another grant does not count', async () => {
    const model = createLambdaModel();
    const forOne = {
      Sid: 'public',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::210987654321:root' },
      Action: 'lambda:GetLayerVersion',
      Resource: 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:2',
    };
    model.seed('php-82', { ...own, version: 2, statements: [forOne] });
    await expect(reconcile(createRegion(model))).rejects.toThrow(
      /Version 2 has a statement "public" that does not grant everyone.*--statement-id public/,
    );
  });

  test('a grant that the policy does not show is a failure', async () => {
    const noPolicy: Fault = {
      kind: 'error',
      status: 404,
      type: 'ResourceNotFoundException',
    };
    const region = createRegion(createLambdaModel(), [
      { operation: 'GetLayerVersionPolicy', fault: noPolicy, times: 100 },
    ]);
    await expect(reconcile(region)).rejects.toThrow(
      /was granted to everyone, but its policy does not show it/,
    );
  });

  test('a version that is read back with different content is a failure and gets no grant', async () => {
    const bodies = createBodies(createVirtualClock(), (wanted) => makeBody(wanted, Buffer.from('other')));
    const region = createRegion(createLambdaModel(), [], { bodies });
    await expect(reconcile(region)).rejects.toThrow(
      /Version 1 was read back with different content\. It was not granted/,
    );
    expect(writes(region)).toEqual(['PublishLayerVersion']);
  });
});

describe('an open request of an earlier run', () => {
  /** Creates a region with an open request that was sent after version `before`, and records settled requests. */
  const withOpenRequest = (model: LambdaModel, before = 0): RegionFixture & { settled: string[] } => {
    const region = createRegion(model);
    const until = region.clock.now() + quietPeriodMs;
    const settled: string[] = [];
    const journal: Journal = {
      ...noJournal,
      findOpen: () => (settled.length === 0 ? { before, until } : undefined),
      recordSettled: async (_, name) => void settled.push(name),
    };
    return { ...region, settled, context: { ...region.context, journal } };
  };

  test('that creates a version is not repeated, and its version is used', async () => {
    const model = createLambdaModel();
    const region = withOpenRequest(model);
    region.clock.schedule(20_000, () => model.seed('php-82', own));
    const { version, notes } = await reconcile(region);
    expect(version).toMatchObject({ version: 1, grants: [everyone] });
    expect(notes).toEqual(['version 1 comes from an earlier run']);
    expect(publishes(region)).toBe(0);
  });

  test('that creates no version is repeated after the quiet period', async () => {
    const region = withOpenRequest(createLambdaModel());
    await reconcile(region);
    expect(publishes(region)).toBe(1);
    expect(elapsedMs(region)).toBeGreaterThanOrEqual(quietPeriodMs);
  });

  test('causes no wait if the region is up to date', async () => {
    const model = createLambdaModel();
    model.seed('php-82', own);
    const region = withOpenRequest(model);
    await reconcile(region);
    expect(elapsedMs(region)).toBe(0);
    expect(region.settled).toContain('php-82');
  });

  test('causes no wait if it created a version with different content', async () => {
    const model = createLambdaModel();
    model.seed('php-82');
    const region = withOpenRequest(model);
    expect((await reconcile(region)).version).toMatchObject({ version: 2 });
    expect(elapsedMs(region)).toBe(0);
  });

  test('of an alignment stays open while the region already has the content', async () => {
    const model = createLambdaModel();
    const forEveryone = {
      Sid: 'public',
      Effect: 'Allow',
      Principal: '*',
      Action: 'lambda:GetLayerVersion',
      Resource: 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:1',
    };
    model.seed('php-82', { ...own, statements: [forEveryone] });
    const region = withOpenRequest(model, 1);
    expect((await reconcile(region)).plan.action).toBe('nothing');
    expect(elapsedMs(region)).toBe(0);
    expect(region.settled).toEqual([]);
  });

  test('of an alignment contributes its version to the alignment', async () => {
    const model = createLambdaModel();
    model.seed('php-82', own);
    const region = withOpenRequest(model, 1);
    region.clock.schedule(20_000, () => model.seed('php-82', own));
    const { version } = await region.clock.run(publishUpTo(layer, { from: 1, target: 3 }, region.context));
    expect(version).toMatchObject({ version: 3, grants: [everyone] });
    expect(publishes(region)).toBe(1);
  });
});

test('publishUpTo publishes the same content again and grants only the last version', async () => {
  const model = createLambdaModel();
  model.seed('php-82', { ...own, version: 2 });
  const region = createRegion(model);
  const { version, notes } = await region.clock.run(
    publishUpTo(layer, { from: 2, target: 5 }, region.context),
  );
  expect(version).toMatchObject({ version: 5, grants: [everyone] });
  expect(notes).toEqual(['published 3 more times to reach version 5']);
  expect(model.versionsOf('php-82').map(({ statements }) => statements.length)).toEqual([0, 0, 0, 1]);
});

describe('the role of another account', () => {
  const createStranger = (describeAsStranger: RegionFixture['context']['api']['describeAsStranger']) => {
    const region = createRegion(createLambdaModel());
    return { ...region, context: { ...region.context, api: { ...region.context.api, describeAsStranger } } };
  };
  const description = { arn: '', architectures: [], runtimes: [], description: '', license: '' };

  test('reads the layer by its ARN', async () => {
    const arns: string[] = [];
    const region = createStranger(async (arn) => {
      arns.push(arn);
      return { ...description, codeSha256: layer.codeSha256 };
    });
    await reconcile(region);
    expect(arns).toEqual(['arn:aws:lambda:eu-west-1:123456789012:layer:php-82:1']);
  });

  test('adds a note if its account has not enabled the region', async () => {
    const unknown = Object.assign(new Error('invalid token'), { name: 'UnrecognizedClientException' });
    const region = createStranger(async () => {
      throw new CallError('GetLayerVersionByArn', unknown);
    });
    expect((await reconcile(region)).notes).toEqual([
      'not checked by "stranger-role", whose account has not enabled the region',
    ]);
  });

  test('fails the layer if access is denied', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const region = createStranger(async () => {
      throw new CallError('GetLayerVersionByArn', denied);
    });
    await expect(reconcile(region)).rejects.toThrow(/GetLayerVersionByArn: AccessDeniedException/);
  });

  test('fails the layer if it gets different content', async () => {
    const region = createStranger(async () => ({ ...description, codeSha256: 'other' }));
    await expect(reconcile(region)).rejects.toThrow(
      /The account of "stranger-role" gets version 1 with different content/,
    );
  });
});
