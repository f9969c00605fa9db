import { describe, expect, test } from 'vitest';
import { CallError } from '#lib/aws/call-error.ts';
import { retryLimits } from '#lib/aws/retry.ts';
import type { Fault, FaultRule } from '../../../../tests/helpers/faulty-network.ts';
import { createLambdaModel, type LambdaModel } from '../../../../tests/helpers/lambda-model.ts';
import { createVirtualClock } from '../../../../tests/helpers/virtual-clock.ts';
import { createBodies } from '../../src/reconcile/bodies.ts';
import type { Journal } from '../../src/reconcile/journal.ts';
import { noJournal } from '../../src/reconcile/journal.ts';
import { watchInterval } from '../../src/reconcile/observe.ts';
import { lookAgain, type Reconciled, raiseVersion, reconcileLayer } from '../../src/reconcile/reconcile.ts';
import { createLayer, layerContent } from '../layer-fixture.ts';
import { createRegion, makeBody, quietPeriod, type RegionFixture } from '../region-fixture.ts';

const layer = createLayer();
const own = { codeSha256: layer.codeSha256, architectures: layer.architectures, runtimes: layer.runtimes };
const everyone = { to: 'everyone', statementId: 'public' };
const lost: Fault = { kind: 'reset', commit: 'at once' };
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
const elapsed = ({ clock }: RegionFixture) => clock.now() - createRegion(createLambdaModel()).clock.now();

describe('a region', () => {
  test('that has no version gets one, read back before it is granted', async () => {
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

  test('is not written to by a second run', async () => {
    const model = createLambdaModel();
    await reconcile(createRegion(model));
    const again = createRegion(model);
    expect((await reconcile(again)).plan.action).toBe('nothing');
    expect(again.network.requests).toEqual(['ListLayerVersions', 'GetLayerVersion', 'GetLayerVersionPolicy']);
  });

  test('whose version is not public yet is only granted', async () => {
    const model = createLambdaModel();
    model.seed('php-82', { ...own, version: 7 });
    const region = createRegion(model);
    expect(await reconcile(region)).toMatchObject({
      plan: { action: 'grant' },
      version: { version: 7, grants: [everyone] },
    });
    expect(writes(region)).toEqual(['AddLayerVersionPermission']);
  });

  test('with other content gets a version after the newest', async () => {
    const model = createLambdaModel();
    model.seed('php-82', { version: 7 });
    expect((await reconcile(createRegion(model))).version?.version).toBe(8);
  });

  test('stays private when that is wanted', async () => {
    const goal = { grants: [], republishOnMetadata: false };
    const region = createRegion(createLambdaModel(), [], { goal });
    expect((await reconcile(region)).version?.grants).toEqual([]);
    expect(writes(region)).toEqual(['PublishLayerVersion']);
  });

  test('is shared with accounts and an organization, each by a statement, and only with those missing', async () => {
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
    expect((await reconcile(both)).version?.grants.map(({ to }) => to)).toEqual([
      'account 210987654321',
      'organization o-0123456789',
    ]);
    expect(writes(both)).toEqual(['AddLayerVersionPermission']);
  });

  test.each([
    [[], /Version 1 is granted to everyone, and should not be\. Others may rely on it/],
    [[{ statementId: 'account-1', principal: '210987654321' }], /granted to everyone, and should not be/],
  ])(
    'that is public against the wish is left alone, with the command that withdraws it',
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

  test('gets no version for another description, unless that is wished for', async () => {
    const model = createLambdaModel();
    await reconcile(createRegion(model));
    const described = createLayer({ description: 'PHP 8.2' });
    const leave = createRegion(model);
    const left = await leave.clock.run(reconcileLayer(described, leave.context));
    expect(left).toMatchObject({ plan: { action: 'nothing' }, notes: ['description differs'] });
    const goal = { ...leave.context.goal, republishOnMetadata: true };
    const renew = createRegion(model, [], { goal });
    const renewed = await renew.clock.run(reconcileLayer(described, renew.context));
    expect(renewed.version).toMatchObject({ version: 2, description: 'PHP 8.2' });
  });
});

describe('after an answer to PublishLayerVersion', () => {
  test.each<[string, Fault]>([
    ['that was lost', lost],
    ['that came through late, within the quiet period', { kind: 'reset', commit: 30_000 }],
    ['that came through at the end of the quiet period', { kind: 'reset', commit: quietPeriod }],
    ['that ended in the middle', { kind: 'half an answer' }],
    ['of an internal error, though the version was made', { ...broken, isDone: true }],
    ['that never came, though the version was made', { kind: 'silence', commit: 'at once' }],
  ])('%s, the version is found and none is made again', async (_, fault) => {
    const model = createLambdaModel();
    const region = createRegion(model, onPublish(fault));
    const { version, notes } = await reconcile(region);
    expect(publishes(region)).toBe(1);
    expect(model.versionsOf('php-82')).toHaveLength(1);
    expect(version).toMatchObject({ version: 1, grants: [everyone] });
    expect(notes).toEqual(['the answer was lost, the version was found']);
  });

  test.each<[string, Fault]>([
    ['reset', dropped],
    ['an internal error', broken],
  ])('that was %s, the layer is sent again only after the quiet period', async (_, fault) => {
    const model = createLambdaModel();
    const region = createRegion(model, onPublish(fault));
    await reconcile(region);
    expect(publishes(region)).toBe(2);
    expect(model.versionsOf('php-82')).toHaveLength(1);
    expect(elapsed(region)).toBeGreaterThanOrEqual(quietPeriod);
    const looks = region.network.requests.filter((name) => name === 'ListLayerVersions').length;
    // Before, once each interval, and at the end.
    expect(looks).toBe(1 + quietPeriod / watchInterval + 1 + 1);
  });

  test.each<[string, Fault]>([
    ['throttled', throttled],
    ['without a connection', { kind: 'unreachable', code: 'ECONNREFUSED' }],
  ])('%s, the layer is sent again without a quiet period', async (_, fault) => {
    const region = createRegion(createLambdaModel(), onPublish(fault));
    await reconcile(region);
    expect(publishes(region)).toBe(2);
    expect(elapsed(region)).toBeLessThan(10_000);
  });

  test('with Retry-After, that is waited at least', async () => {
    const region = createRegion(createLambdaModel(), onPublish(throttled));
    await reconcile(region);
    expect(elapsed(region)).toBeGreaterThanOrEqual(3000);
  });

  test('a version that commits before the second try, after the quiet period, is reported', async () => {
    const model = createLambdaModel();
    const region = createRegion(model, onPublish({ kind: 'reset', commit: quietPeriod + 100 }));
    const { version, notes } = await reconcile(region);
    expect(model.versionsOf('php-82')).toHaveLength(2);
    expect(version).toMatchObject({ version: 2, grants: [everyone] });
    expect(notes).toEqual(['version 1 seems to be of an earlier try; 2 is used']);
  });

  test('a version that commits after the second try is reported, granted, and used', async () => {
    const model = createLambdaModel();
    const rules: FaultRule[] = [
      ...onPublish({ kind: 'reset', commit: quietPeriod + 2_000 }),
      { operation: 'GetLayerVersion', fault: throttled },
    ];
    const region = createRegion(model, rules);
    const first = await reconcile(region);
    expect(first.version?.version).toBe(1);
    if (first.version === undefined) return;
    const again = await region.clock.run(lookAgain(layer, first.version, region.context));
    expect(model.versionsOf('php-82')).toHaveLength(2);
    expect(again.version).toMatchObject({ version: 2, grants: [everyone] });
    expect(again.notes).toEqual(['version 2 appeared with the same content, and is used']);
  });

  test('a region that is slow to say what it has is asked again before the layer is sent again', async () => {
    const model = createLambdaModel();
    // Asked after 5 s, when there is no version yet; answered at the end of the quiet period, when there is.
    const region = createRegion(model, [
      ...onPublish({ kind: 'reset', commit: 6_000 }),
      { operation: 'ListLayerVersions', fault: { kind: 'slow', milliseconds: 55_000 }, skip: 2 },
    ]);
    expect((await reconcile(region)).version?.version).toBe(1);
    expect(publishes(region)).toBe(1);
  });

  test('somebody else in the same region is told apart from a late answer', async () => {
    const model = createLambdaModel();
    model.seed('php-82', { version: 3 });
    const region = createRegion(model, onPublish(dropped));
    region.clock.after(10_000, () => model.seed('php-82'));
    await expect(reconcile(region)).rejects.toThrow(/Version 4 of php-82 appeared meanwhile with other/);
    expect(publishes(region)).toBe(1);
  });

  test('that no retry mends, nothing is sent again', async () => {
    const fault: Fault = { kind: 'error', status: 400, type: 'CodeStorageExceededException' };
    const region = createRegion(createLambdaModel(), onPublish(fault));
    await expect(reconcile(region)).rejects.toThrow(/PublishLayerVersion: CodeStorageExceededException/);
    expect(publishes(region)).toBe(1);
  });

  test('that stays unclear until the time is up, the region fails and says what may still happen', async () => {
    const model = createLambdaModel();
    const region = createRegion(model, [{ operation: 'PublishLayerVersion', fault: dropped, times: 100 }]);
    await expect(reconcile(region)).rejects.toThrow(/PublishLayerVersion: .*ECONNRESET/);
    expect(elapsed(region)).toBeLessThan(600_000);
  });

  test('that never comes is given up at the deadline', async () => {
    const region = createRegion(createLambdaModel(), [
      { operation: 'PublishLayerVersion', fault: { kind: 'slow', milliseconds: 3_600_000 } },
    ]);
    await expect(reconcile(region)).rejects.toThrow(
      /The time for this region \("timeout"\) is used up: PublishLayerVersion: .*which the next run finds/,
    );
    expect(elapsed(region)).toBe(600_000);
  });
});

describe('reads and grants', () => {
  test.each([
    'ListLayerVersions',
    'GetLayerVersion',
    'GetLayerVersionPolicy',
    'AddLayerVersionPermission',
  ] as const)('%s is tried again after throttling, internal errors and resets', async (operation) => {
    const model = createLambdaModel();
    const rules = [throttled, broken, dropped].map((fault) => ({ operation, fault }));
    const region = createRegion(model, rules);
    expect((await reconcile(region)).version?.grants).toEqual([everyone]);
    expect(model.versionsOf('php-82')).toHaveLength(1);
  });

  test('they are given up after the limit of tries', async () => {
    const region = createRegion(createLambdaModel(), [
      { operation: 'ListLayerVersions', fault: throttled, times: 20 },
    ]);
    await expect(reconcile(region)).rejects.toThrow(/ListLayerVersions: TooManyRequestsException/);
    expect(region.network.requests).toHaveLength(retryLimits.attempts);
  });

  test('a grant whose answer was lost counts, since the policy shows it', async () => {
    const model = createLambdaModel();
    const region = createRegion(model, [{ operation: 'AddLayerVersionPermission', fault: lost }]);
    expect((await reconcile(region)).version?.grants).toEqual([everyone]);
    expect(model.versionsOf('php-82')[0]?.statements).toHaveLength(1);
  });

  test('a statement id that is taken by another grant does not count', async () => {
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

  test('a grant that its policy does not show is a failure', async () => {
    const noPolicy: Fault = {
      kind: 'error',
      status: 404,
      type: 'ResourceNotFoundException',
    };
    const region = createRegion(createLambdaModel(), [
      { operation: 'GetLayerVersionPolicy', fault: noPolicy, times: 100 },
    ]);
    await expect(reconcile(region)).rejects.toThrow(
      /was granted to everyone, and its policy does not say so/,
    );
  });

  test('a version that reads back otherwise than it was sent is a failure, and granted to nobody', async () => {
    const bodies = createBodies(createVirtualClock(), (wanted) => makeBody(wanted, Buffer.from('other')));
    const region = createRegion(createLambdaModel(), [], { bodies });
    await expect(reconcile(region)).rejects.toThrow(
      /Version 1 was read back with other content\. It was granted to nobody/,
    );
    expect(writes(region)).toEqual(['PublishLayerVersion']);
  });
});

describe('where an earlier run ended while it sent the layer', () => {
  /** With a request that was sent when the region had the version `before`, and a list of what is settled. */
  const withOpen = (model: LambdaModel, before = 0): RegionFixture & { settled: string[] } => {
    const region = createRegion(model);
    const until = region.clock.now() + quietPeriod;
    const settled: string[] = [];
    const journal: Journal = {
      ...noJournal,
      findOpen: () => (settled.length === 0 ? { before, until } : undefined),
      settled: async (_, name) => void settled.push(name),
    };
    return { ...region, settled, context: { ...region.context, journal } };
  };

  test('a version that comes of it is used, and none is made', async () => {
    const model = createLambdaModel();
    const region = withOpen(model);
    region.clock.after(20_000, () => model.seed('php-82', own));
    const { version, notes } = await reconcile(region);
    expect(version).toMatchObject({ version: 1, grants: [everyone] });
    expect(notes).toEqual(['version 1 came of an earlier run']);
    expect(publishes(region)).toBe(0);
  });

  test('and nothing comes of it, the layer is sent after the quiet period', async () => {
    const region = withOpen(createLambdaModel());
    await reconcile(region);
    expect(publishes(region)).toBe(1);
    expect(elapsed(region)).toBeGreaterThanOrEqual(quietPeriod);
  });

  test('and the region already has what it should, nothing is waited for', async () => {
    const model = createLambdaModel();
    model.seed('php-82', own);
    const region = withOpen(model);
    await reconcile(region);
    expect(elapsed(region)).toBe(0);
    expect(region.settled).toContain('php-82');
  });

  test('and a version with other content came of it, the layer is sent without waiting', async () => {
    const model = createLambdaModel();
    model.seed('php-82');
    const region = withOpen(model);
    expect((await reconcile(region)).version).toMatchObject({ version: 2 });
    expect(elapsed(region)).toBe(0);
  });

  test('to raise the number, and the region has the content of before, that is left open', async () => {
    const model = createLambdaModel();
    const forEveryone = {
      Sid: 'public',
      Effect: 'Allow',
      Principal: '*',
      Action: 'lambda:GetLayerVersion',
      Resource: 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:1',
    };
    model.seed('php-82', { ...own, statements: [forEveryone] });
    const region = withOpen(model, 1);
    expect((await reconcile(region)).plan.action).toBe('nothing');
    expect(elapsed(region)).toBe(0);
    expect(region.settled).toEqual([]);
  });

  test('to raise the number, what comes of it counts', async () => {
    const model = createLambdaModel();
    model.seed('php-82', own);
    const region = withOpen(model, 1);
    region.clock.after(20_000, () => model.seed('php-82', own));
    const { version } = await region.clock.run(raiseVersion(layer, { from: 1, target: 3 }, region.context));
    expect(version).toMatchObject({ version: 3, grants: [everyone] });
    expect(publishes(region)).toBe(1);
  });
});

test('a region that lags is raised by the same content, and only the last version is granted', async () => {
  const model = createLambdaModel();
  model.seed('php-82', { ...own, version: 2 });
  const region = createRegion(model);
  const { version, notes } = await region.clock.run(
    raiseVersion(layer, { from: 2, target: 5 }, region.context),
  );
  expect(version).toMatchObject({ version: 5, grants: [everyone] });
  expect(notes).toEqual(['published 3 more times, to reach version 5']);
  expect(model.versionsOf('php-82').map(({ statements }) => statements.length)).toEqual([0, 0, 0, 1]);
});

describe("a stranger's role", () => {
  const see = (describeAsStranger: RegionFixture['context']['api']['describeAsStranger']) => {
    const region = createRegion(createLambdaModel());
    return { ...region, context: { ...region.context, api: { ...region.context.api, describeAsStranger } } };
  };
  const description = { arn: '', architectures: [], runtimes: [], description: '', license: '' };

  test('that sees the layer with its content is content', async () => {
    const asked: string[] = [];
    const region = see(async (arn) => {
      asked.push(arn);
      return { ...description, codeSha256: layer.codeSha256 };
    });
    await reconcile(region);
    expect(asked).toEqual(['arn:aws:lambda:eu-west-1:123456789012:layer:php-82:1']);
  });

  test('of an account that has not enabled the region proves nothing, which is noted', async () => {
    const unknown = Object.assign(new Error('invalid token'), { name: 'UnrecognizedClientException' });
    const region = see(async () => {
      throw new CallError('GetLayerVersionByArn', unknown);
    });
    expect((await reconcile(region)).notes).toEqual([
      "not shown to strangers: the region is not enabled for the stranger's account",
    ]);
  });

  test('that is denied is a failure', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const region = see(async () => {
      throw new CallError('GetLayerVersionByArn', denied);
    });
    await expect(reconcile(region)).rejects.toThrow(/GetLayerVersionByArn: AccessDeniedException/);
  });

  test('that sees other content is a failure', async () => {
    const region = see(async () => ({ ...description, codeSha256: 'other' }));
    await expect(reconcile(region)).rejects.toThrow(/Strangers get version 1 with other content/);
  });
});

test('the content of the fixture is what models hash', () => {
  expect(createLayer().size).toBe(layerContent.length);
});
