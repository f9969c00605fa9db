import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveRegions } from '../../../actions/publish-layer/src/aws/regions.ts';
import type { Inputs } from '../../../actions/publish-layer/src/inputs.ts';
import { readVersions } from '../../../actions/publish-layer/src/report/versions.ts';
import { type Dependencies, type Published, run } from '../../../actions/publish-layer/src/run.ts';
import { silentLogger } from '../../helpers/silent-logger.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { createLambdaModel, createTestClock, type LambdaModel } from './lambda-model.ts';
import { writeLayer } from './layer-fixture.ts';

/** Runs over models of regions; each test's own changes to them are made when a region is opened. */
async function publish(
  folder: string,
  regions: string[],
  inputs: Partial<Inputs> = {},
  prepare: (model: LambdaModel) => void = () => {},
  open: Dependencies['openRegion'] | undefined = undefined,
): Promise<Published> {
  return run(
    {
      layers: [await writeLayer(folder, 'php-82')],
      regions: resolveRegions(regions),
      roleToAssume: undefined,
      audience: 'sts.amazonaws.com',
      sessionName: 'test',
      expectedAccount: undefined,
      visibility: 'public',
      isDryRun: false,
      compatibleRuntimes: ['provided.al2023'],
      compatibleArchitectures: [],
      description: undefined,
      license: undefined,
      concurrency: 7,
      timeout: 600_000,
      quietPeriod: 60_000,
      output: folder,
      lambdaEndpoint: undefined,
      ...inputs,
    },
    {
      log: silentLogger(),
      clock: createTestClock(),
      identify: async () => ({ account: '123456789012', arn: 'arn:aws:iam::123456789012:user/test' }),
      openRegion:
        open ??
        ((region) => {
          const model = createLambdaModel(region);
          prepare(model);
          return model.open();
        }),
    },
  );
}

test('results and versions.json come in order, one for each layer and region', async () => {
  await using folder = await temporaryFolder();
  const { results, versions } = await publish(folder.path, ['us-west-2', 'eu-west-1']);
  expect(results.map(({ region, outcome, version }) => [region, outcome, version])).toEqual([
    ['us-west-2', 'published', 1],
    ['eu-west-1', 'published', 1],
  ]);
  expect(versions).toEqual({ 'php-82': { 'eu-west-1': 1, 'us-west-2': 1 } });
  expect(await readVersions(folder.path)).toEqual(versions);
});

test('a region that fails stops no other, and is not in versions', async () => {
  await using folder = await temporaryFolder();
  const { results, versions } = await publish(
    folder.path,
    ['us-west-2', 'af-south-1', 'eu-west-1'],
    { concurrency: 1 },
    (model) => {
      if (model.region !== 'af-south-1') return;
      model.faults.ListLayerVersions = [{ status: 403, type: 'UnrecognizedClientException' }];
    },
  );
  expect(results.map(({ outcome }) => outcome)).toEqual(['published', 'failed', 'published']);
  expect(results[1]?.cause).toMatch(
    /^ListLayerVersions: UnrecognizedClientException.*this region is not enabled for the account/,
  );
  expect(versions).toEqual({ 'php-82': { 'eu-west-1': 1, 'us-west-2': 1 } });
});

test('a dry run shows the plan and writes no file', async () => {
  await using folder = await temporaryFolder();
  const { results, versions } = await publish(folder.path, ['eu-west-1'], { isDryRun: true });
  expect(results[0]).toMatchObject({ outcome: 'would publish', notes: ['the region has no version'] });
  expect(versions).toEqual({ 'php-82': {} });
  expect(existsSync(join(folder.path, 'versions.json'))).toBe(false);
});

test.each([1, 3, 30])('at most %i regions are worked on at a time', async (concurrency) => {
  await using folder = await temporaryFolder();
  let open = 0;
  let most = 0;
  await publish(folder.path, ['bref'], { concurrency }, undefined, (region) => {
    most = Math.max(most, ++open);
    const service = createLambdaModel(region).open();
    return {
      ...service,
      close: () => {
        open--;
        service.close();
      },
    };
  });
  expect(most).toBe(Math.min(concurrency, 22));
  expect(open).toBe(0);
});
