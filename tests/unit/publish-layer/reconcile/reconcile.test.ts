import { describe, expect, test } from 'vitest';
import { retryLimits } from '../../../../actions/publish-layer/src/aws/retry.ts';
import {
  type Reconciled,
  type RegionContext,
  reconcileLayer,
  watchInterval,
} from '../../../../actions/publish-layer/src/reconcile/reconcile.ts';
import { createLambdaModel, type Fault, type LambdaModel, type ModelVersion } from '../lambda-model.ts';
import { createLayer, zipBytes } from '../layer-fixture.ts';

const layer = createLayer();
const quietPeriod = 60_000;
const lost: Fault = { reset: 'after' };
const dropped: Fault = { reset: 'before' };
const throttled: Fault = { status: 429, type: 'TooManyRequestsException', headers: { 'retry-after': '3' } };
const broken: Fault = { status: 500, type: 'ServiceException' };

function reconcile(model: LambdaModel, changes: Partial<RegionContext> = {}): Promise<Reconciled> {
  return reconcileLayer(layer, {
    region: model.region,
    service: model.open(),
    deadline: { clock: model.clock, at: 600_000 },
    visibility: 'public',
    quietPeriod,
    isDryRun: false,
    prepareBody: async () => ({
      bytes: Buffer.from(
        JSON.stringify({
          Content: { ZipFile: zipBytes().toString('base64') },
          CompatibleArchitectures: layer.architectures,
          CompatibleRuntimes: layer.runtimes,
        }),
      ),
      sha256: '0'.repeat(64),
    }),
    ...changes,
  });
}

/** A version as this layer's own first run would have left it. */
function ownVersion(version: number, changes: Partial<ModelVersion> = {}): ModelVersion {
  return {
    version,
    codeSha256: layer.codeSha256,
    architectures: layer.architectures,
    runtimes: layer.runtimes,
    statements: [],
    ...changes,
  };
}

const publishes = (model: LambdaModel) =>
  model.requests.filter((name) => name === 'PublishLayerVersion').length;
const writes = (model: LambdaModel) => model.requests.filter((name) => /^(Publish|Add)/.test(name));

describe('a region', () => {
  test('that has no version gets one, public and read back', async () => {
    const model = createLambdaModel();
    const { plan, version, notes } = await reconcile(model);
    expect(plan.action).toBe('publish');
    expect(version).toMatchObject({ version: 1, isPublic: true, codeSha256: layer.codeSha256 });
    expect(version?.arn).toBe('arn:aws:lambda:eu-west-1:123456789012:layer:php-82:1');
    expect(notes).toEqual([]);
    expect(model.requests).toEqual([
      'ListLayerVersions',
      'PublishLayerVersion',
      'AddLayerVersionPermission',
      'ListLayerVersions',
      'GetLayerVersion',
      'GetLayerVersionPolicy',
    ]);
  });

  test('is not written to by a second run', async () => {
    const model = createLambdaModel();
    await reconcile(model);
    model.requests.length = 0;
    expect((await reconcile(model)).plan.action).toBe('nothing');
    expect(model.requests).toEqual(['ListLayerVersions', 'GetLayerVersion', 'GetLayerVersionPolicy']);
  });

  test('whose version is not public yet is only granted', async () => {
    const model = createLambdaModel();
    model.versions.push(ownVersion(7));
    expect(await reconcile(model)).toMatchObject({
      plan: { action: 'grant' },
      version: { version: 7, isPublic: true },
    });
    expect(writes(model)).toEqual(['AddLayerVersionPermission']);
  });

  test('with other content gets a version after the newest', async () => {
    const model = createLambdaModel();
    model.versions.push(ownVersion(7, { codeSha256: 'other' }));
    expect((await reconcile(model)).version?.version).toBe(8);
  });

  test('stays private when that is wanted', async () => {
    const model = createLambdaModel();
    expect((await reconcile(model, { visibility: 'private' })).version?.isPublic).toBe(false);
    expect(writes(model)).toEqual(['PublishLayerVersion']);
  });

  test('that is public against the wish is left alone, with the command that withdraws it', async () => {
    const model = createLambdaModel();
    await reconcile(model);
    model.requests.length = 0;
    await expect(reconcile(model, { visibility: 'private' })).rejects.toThrow(
      /Version 1 is public, .*remove-layer-version-permission --region eu-west-1 --layer-name php-82 --version-number 1/,
    );
    expect(writes(model)).toEqual([]);
  });

  test('is only read in a dry run', async () => {
    const model = createLambdaModel();
    expect(await reconcile(model, { isDryRun: true })).toMatchObject({
      plan: { action: 'publish' },
      version: undefined,
    });
    expect(model.requests).toEqual(['ListLayerVersions']);
  });
});

describe('after an answer to PublishLayerVersion', () => {
  test.each<[string, Fault]>([
    ['that was lost', lost],
    ['that came through late, within the quiet period', { reset: 30_000 }],
    ['that came through at the end of the quiet period', { reset: quietPeriod }],
  ])('%s, the version is found and none is made again', async (_, fault) => {
    const model = createLambdaModel();
    model.faults.PublishLayerVersion = [fault];
    const { version, notes } = await reconcile(model);
    expect(publishes(model)).toBe(1);
    expect(model.versions).toHaveLength(1);
    expect(version).toMatchObject({ version: 1, isPublic: true });
    expect(notes).toEqual(['the answer was lost, the version was found']);
  });

  test.each<[string, Fault]>([
    ['reset', dropped],
    ['an internal error', broken],
  ])('that was %s, the layer is sent again only after the quiet period', async (_, fault) => {
    const model = createLambdaModel();
    model.faults.PublishLayerVersion = [fault];
    await reconcile(model);
    expect(publishes(model)).toBe(2);
    expect(model.versions).toHaveLength(1);
    expect(model.clock.slept.filter((wait) => wait === watchInterval)).toHaveLength(
      quietPeriod / watchInterval,
    );
  });

  test.each<[string, Fault]>([
    ['throttled', throttled],
    ['without a connection', { code: 'ECONNREFUSED' }],
  ])('%s, the layer is sent again without a quiet period', async (_, fault) => {
    const model = createLambdaModel();
    model.faults.PublishLayerVersion = [fault];
    await reconcile(model);
    expect(publishes(model)).toBe(2);
    expect(model.clock.now()).toBeLessThan(10_000);
  });

  test('with Retry-After, that is waited at least', async () => {
    const model = createLambdaModel();
    model.faults.PublishLayerVersion = [throttled];
    await reconcile(model);
    expect(model.clock.slept.find((wait) => wait > 0)).toBeGreaterThanOrEqual(3000);
  });

  test('a version that commits before the second try, after the quiet period, is reported', async () => {
    const model = createLambdaModel();
    model.faults.PublishLayerVersion = [{ reset: quietPeriod + 100 }];
    const { version, notes } = await reconcile(model);
    expect(model.versions).toHaveLength(2);
    expect(version).toMatchObject({ version: 2, isPublic: true });
    expect(notes).toEqual(['version 1 seems to be of an earlier try; 2 is used']);
  });

  test('a version that commits after the second try is reported, made public, and used', async () => {
    const model = createLambdaModel();
    model.faults.PublishLayerVersion = [{ reset: quietPeriod + 2_000 }];
    model.faults.AddLayerVersionPermission = [throttled];
    const { version, notes } = await reconcile(model);
    expect(model.versions).toHaveLength(2);
    expect(version).toMatchObject({ version: 2, isPublic: true });
    expect(notes).toEqual(['version 2 appeared with the same content, and is used']);
  });

  test('somebody else in the same region is told apart from a late answer', async () => {
    const model = createLambdaModel();
    model.versions.push(ownVersion(3, { codeSha256: 'old' }));
    model.faults.PublishLayerVersion = [dropped];
    const context = { prepareBody: foreignMeanwhile(model) };
    await expect(reconcile(model, context)).rejects.toThrow(
      /Version 4 of php-82 appeared meanwhile with other/,
    );
    expect(publishes(model)).toBe(1);
  });

  test('that never comes, the region fails at its deadline and says that a version may follow', async () => {
    const model = createLambdaModel();
    model.faults.PublishLayerVersion = Array.from({ length: 20 }, () => dropped);
    const deadline = { clock: model.clock, at: 90_000 };
    await expect(reconcile(model, { deadline })).rejects.toThrow(
      /\("timeout"\) is used up: PublishLayerVersion: ECONNRESET.*may still make a version/,
    );
    expect(model.clock.now()).toBeLessThanOrEqual(90_000);
  });

  test('a refusal is final', async () => {
    const model = createLambdaModel();
    model.faults.PublishLayerVersion = [{ status: 403, type: 'AccessDeniedException' }];
    await expect(reconcile(model)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^PublishLayerVersion: AccessDeniedException.*HTTP 403, request request-1/,
      ),
      remedy: expect.stringMatching(/Allow the role or user/),
    });
    expect(publishes(model)).toBe(1);
  });
});

/** Prepares a body while another publisher makes version 4. */
function foreignMeanwhile(model: LambdaModel): RegionContext['prepareBody'] {
  return async () => {
    model.versions.push(ownVersion(4, { codeSha256: 'foreign' }));
    return { bytes: Buffer.from('{}'), sha256: '0'.repeat(64) };
  };
}

describe('reads and grants', () => {
  test.each([
    'ListLayerVersions',
    'GetLayerVersion',
    'GetLayerVersionPolicy',
    'AddLayerVersionPermission',
  ] as const)('%s is tried again after faults that pass', async (operation) => {
    const model = createLambdaModel();
    model.faults[operation] = [throttled, broken, dropped];
    expect((await reconcile(model)).version?.isPublic).toBe(true);
    expect(model.versions).toHaveLength(1);
  });

  test('they are given up after the limit of tries', async () => {
    const model = createLambdaModel();
    model.faults.ListLayerVersions = Array.from({ length: 20 }, () => throttled);
    await expect(reconcile(model)).rejects.toThrow(/ListLayerVersions: TooManyRequestsException/);
    expect(model.requests).toHaveLength(retryLimits.attempts);
  });

  test('a grant whose answer was lost counts, since the policy shows it', async () => {
    const model = createLambdaModel();
    model.faults.AddLayerVersionPermission = [lost];
    expect((await reconcile(model)).version?.isPublic).toBe(true);
    expect(model.versions[0]?.statements).toHaveLength(1);
  });

  test('a statement id that is taken by another grant does not count', async () => {
    const model = createLambdaModel();
    const forOne = { Sid: 'public', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::1:root' } };
    model.versions.push(ownVersion(2, { statements: [forOne] }));
    await expect(reconcile(model)).rejects.toThrow(
      /Version 2 has a statement "public" that does not grant everyone.*--statement-id public/,
    );
  });

  test('a version that reads back otherwise than it was sent is a failure', async () => {
    const model = createLambdaModel();
    const prepareBody = async () => ({
      bytes: Buffer.from(JSON.stringify({ Content: { ZipFile: 'AAAA' } })),
      sha256: '0'.repeat(64),
    });
    await expect(reconcile(model, { prepareBody })).rejects.toThrow(
      /Version 1 was read back with other content, architectures none/,
    );
  });
});
