import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveRegions } from '../../../actions/publish-layer/src/aws/regions.ts';
import { check } from '../../../actions/publish-layer/src/check.ts';
import type { Inputs } from '../../../actions/publish-layer/src/inputs/inputs.ts';
import { Problems } from '../../../actions/publish-layer/src/inputs/problems.ts';
import { readVersions, versionsPath } from '../../../actions/publish-layer/src/report/versions.ts';
import { type Published, run } from '../../../actions/publish-layer/src/run.ts';
import { createFaultyNetwork, type FaultRule } from '../../helpers/faulty-network.ts';
import { createLambdaModel, type LambdaModel } from '../../helpers/lambda-model.ts';
import { silentLogger } from '../../helpers/silent-logger.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { createVirtualClock } from '../../helpers/virtual-clock.ts';
import { writeLayer } from './layer-fixture.ts';
import { openModel } from './region-fixture.ts';

interface World {
  /** Regions that there are already; others are made when they are asked. */
  readonly models?: Map<string, LambdaModel>;
  readonly faults?: Readonly<Record<string, readonly FaultRule[]>>;
  readonly areCredentialsValid?: boolean;
}

const refused: FaultRule = {
  operation: 'ListLayerVersions',
  fault: { kind: 'error', status: 403, type: 'UnrecognizedClientException' },
};

/** Runs over models of regions, on a clock of its own. */
async function publish(
  folder: string,
  regions: string[],
  changes: Partial<Inputs> = {},
  { models = new Map(), faults = {}, areCredentialsValid = true }: World = {},
): Promise<Published> {
  const clock = createVirtualClock();
  const inputs: Inputs = {
    layers: [await writeLayer(folder, 'php-82')],
    layerName: undefined,
    regions: resolveRegions('regions', regions),
    optionalRegions: new Set(),
    role: undefined,
    strangerRole: undefined,
    expectedAccount: undefined,
    access: { visibility: 'public', grants: [{ statementId: 'public', principal: '*' }] },
    isDryRun: false,
    compatibleRuntimes: ['provided.al2023'],
    compatibleArchitectures: undefined,
    description: undefined,
    license: undefined,
    republishOnMetadata: false,
    alignVersions: false,
    alignLimit: 10,
    previousVersions: undefined,
    maxParallel: 7,
    maxRps: 15,
    timeout: 600_000,
    quietPeriod: 60_000,
    s3Bucket: undefined,
    output: folder,
    endpoints: { lambda: undefined, s3: undefined },
    ...changes,
  };
  let asked = 0;
  const work = run(inputs, await check(inputs, new Problems()), {
    log: silentLogger(),
    clock,
    identify: async () => {
      // The first time before anything is sent, then where a region does not know the credentials.
      if (asked++ > 0 && !areCredentialsValid) throw new Error('expired');
      return { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/test' };
    },
    openRegion: (region, account, signal) => {
      const model = models.get(region) ?? createLambdaModel(region, account);
      models.set(region, model);
      return openModel(region, createFaultyNetwork(model, clock, faults[region] ?? []), signal);
    },
  });
  return clock.run(work);
}

test('results, versions.json and arns.md come in order, one for each layer and region', async () => {
  await using folder = await temporaryFolder();
  const { results, versions } = await publish(folder.path, ['us-west-2', 'eu-west-1']);
  expect(results.map(({ region, outcome, version }) => [region, outcome, version?.version])).toEqual([
    ['us-west-2', 'published', 1],
    ['eu-west-1', 'published', 1],
  ]);
  expect(versions).toEqual({ 'php-82': { 'eu-west-1': 1, 'us-west-2': 1 } });
  expect(await readVersions(versionsPath(folder.path))).toEqual(versions);
  expect(await readFile(join(folder.path, 'arns.md'), 'utf8')).toContain(
    '| eu-west-1 | `arn:aws:lambda:eu-west-1:123456789012:layer:php-82:1` |',
  );
});

test('a second run over the 22 regions writes nothing', async () => {
  await using folder = await temporaryFolder();
  const models = new Map<string, LambdaModel>();
  const first = await publish(folder.path, ['bref'], {}, { models });
  const second = await publish(folder.path, ['bref'], {}, { models });
  expect(first.results.every(({ outcome }) => outcome === 'published')).toBe(true);
  expect(second.results.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
  expect([...models.values()].map((model) => model.versionsOf('php-82').length)).toEqual(Array(22).fill(1));
});

test('a region that fails stops no other, and is not in versions', async () => {
  await using folder = await temporaryFolder();
  const { results, versions } = await publish(
    folder.path,
    ['us-west-2', 'af-south-1', 'eu-west-1'],
    { maxParallel: 1 },
    { faults: { 'af-south-1': [refused] } },
  );
  expect(results.map(({ outcome }) => outcome)).toEqual(['published', 'failed', 'published']);
  expect(results[1]?.cause).toMatch(
    /^ListLayerVersions: UnrecognizedClientException.*this region is not enabled for the account/,
  );
  expect(versions).toEqual({ 'php-82': { 'eu-west-1': 1, 'us-west-2': 1 } });
});

test('credentials that no region knows any more are told from a region that is not enabled', async () => {
  await using folder = await temporaryFolder();
  const faults = { 'af-south-1': [refused] };
  const { results } = await publish(folder.path, ['af-south-1'], {}, { faults, areCredentialsValid: false });
  expect(results[0]?.cause).toMatch(/STS does not accept the credentials either/);
});

test('an optional region that fails keeps the number that it had', async () => {
  await using folder = await temporaryFolder();
  const previous = join(folder.path, 'layers.json');
  await writeFile(previous, '{"php-82":{"af-south-1":"4","eu-south-1":4}}');
  const { versions } = await publish(
    folder.path,
    ['af-south-1', 'eu-west-1'],
    { optionalRegions: new Set(['af-south-1']), previousVersions: previous },
    { faults: { 'af-south-1': [refused] } },
  );
  expect(versions).toEqual({ 'php-82': { 'af-south-1': 4, 'eu-south-1': 4, 'eu-west-1': 1 } });
});

test('regions that lag are published to again until all have one number', async () => {
  await using folder = await temporaryFolder();
  const ahead = createLambdaModel('us-west-2');
  ahead.seed('php-82', { version: 3 });
  const models = new Map([['us-west-2', ahead]]);
  const { results, versions } = await publish(
    folder.path,
    ['us-west-2', 'eu-west-1'],
    { alignVersions: true },
    { models },
  );
  expect(versions).toEqual({ 'php-82': { 'eu-west-1': 4, 'us-west-2': 4 } });
  expect(results.every(({ outcome }) => outcome === 'published')).toBe(true);
  expect(
    models
      .get('eu-west-1')
      ?.versionsOf('php-82')
      .map(({ version }) => version),
  ).toEqual([1, 2, 3, 4]);
});

test('a region that lags more than the limit fails and gets no versions for it', async () => {
  await using folder = await temporaryFolder();
  const ahead = createLambdaModel('us-west-2');
  ahead.seed('php-82', { version: 30 });
  const models = new Map([['us-west-2', ahead]]);
  const { results } = await publish(
    folder.path,
    ['us-west-2', 'eu-west-1'],
    { alignVersions: true, alignLimit: 5 },
    { models },
  );
  expect(results[1]).toMatchObject({ region: 'eu-west-1', outcome: 'failed' });
  expect(models.get('eu-west-1')?.versionsOf('php-82')).toHaveLength(1);
});

test('a dry run shows the plan and writes no file', async () => {
  await using folder = await temporaryFolder();
  const models = new Map<string, LambdaModel>();
  const { results, versions } = await publish(folder.path, ['eu-west-1'], { isDryRun: true }, { models });
  expect(results[0]).toMatchObject({ outcome: 'would publish', notes: ['the region has no version'] });
  expect(versions).toEqual({ 'php-82': {} });
  expect(models.get('eu-west-1')?.versionsOf('php-82')).toEqual([]);
  for (const name of ['versions.json', 'arns.md', 'publish.journal.jsonl']) {
    expect(existsSync(join(folder.path, name))).toBe(false);
  }
});

test('an account that is not the expected one stops the run before anything is sent', async () => {
  await using folder = await temporaryFolder();
  const models = new Map<string, LambdaModel>();
  await expect(
    publish(folder.path, ['eu-west-1'], { expectedAccount: '210987654321' }, { models }),
  ).rejects.toThrow(/"expected-account" is 210987654321/);
  expect(models.size).toBe(0);
});
