import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { brefRegionCount } from '../../../tests/fixtures/regions.ts';
import { temporaryFolder } from '../../../tests/fixtures/temporary-folder.ts';
import type { FaultRule } from '../../../tests/stand-ins/faulty-network.ts';
import { readVersions, versionsPath } from '../src/report/versions-file.ts';
import { writeLayer } from './layer-fixture.ts';
import { createWorld, type PublishOptions } from './world-fixture.ts';

const unknownToken = {
  operation: 'every operation',
  fault: { kind: 'error', status: 403, type: 'UnrecognizedClientException' },
  times: 100,
} as const;
const disabledIn =
  (wanted: string): NonNullable<PublishOptions['rules']> =>
  (region) =>
    region === wanted ? [unknownToken] : [];

test('results, versions.json and arns.md have an entry per layer and region', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'php-82')];
  const world = createWorld(folder.path);
  const { results, versions, arns } = await world.publish({ layers, regions: ['us-west-2', 'eu-west-1'] });
  expect(results.map(({ region, outcome, version }) => [region, outcome, version?.version])).toEqual([
    ['us-west-2', 'published', 1],
    ['eu-west-1', 'published', 1],
  ]);
  expect(versions).toEqual({ 'php-82': { 'eu-west-1': 1, 'us-west-2': 1 } });
  expect(await readVersions(versionsPath(folder.path))).toEqual(versions);
  expect(await readFile(join(folder.path, 'arns.md'), 'utf8')).toContain(arns['php-82']?.['us-west-2']);
  expect(existsSync(join(folder.path, 'publish.journal.jsonl'))).toBe(false);
});

test('a second run writes nothing', async () => {
  await using folder = await temporaryFolder();
  const layers = [
    await writeLayer(folder.path, 'php-82'),
    await writeLayer(folder.path, 'console', { cpu: 'any' }),
  ];
  const world = createWorld(folder.path);
  expect((await world.publish({ layers })).results).toHaveLength(2 * brefRegionCount);
  const again = await world.publish({ layers });
  expect(again.results.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
  for (const { region } of again.results) {
    expect(again.requests(region).filter((name) => /^(Publish|Add)/.test(name))).toEqual([]);
  }
});

describe('a region that fails', () => {
  test('does not stop the others, and is not in versions.json', async () => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82')];
    const regions = ['us-west-2', 'af-south-1', 'eu-west-1'];
    const world = createWorld(folder.path);
    const { results, versions, exitCode, log } = await world.publish({
      layers,
      regions,
      rules: disabledIn('af-south-1'),
    });
    expect(exitCode).toBe(1);
    expect(results.map(({ outcome }) => outcome)).toEqual(['published', 'failed', 'published']);
    expect(results[1]?.cause).toMatch(
      /^ListLayerVersions: UnrecognizedClientException.*the account has not enabled this region/,
    );
    expect(versions).toEqual({ 'php-82': { 'eu-west-1': 1, 'us-west-2': 1 } });
    expect(log.filter((line) => line.startsWith('error: '))).toEqual([
      expect.stringMatching(/^error: af-south-1 php-82: ListLayerVersions/),
    ]);
  });

  test('is a warning if it is optional, and keeps its previous number', async () => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82')];
    const previousVersions = join(folder.path, 'layers.json');
    await writeFile(
      previousVersions,
      '{"php-82":{"af-south-1":"4","me-south-1":"3"},"php-74":{"eu-west-1":"9"}}',
    );
    const world = createWorld(folder.path);
    const { exitCode, versions, log } = await world.publish({
      layers,
      regions: ['af-south-1', 'eu-west-1'],
      rules: disabledIn('af-south-1'),
      inputs: { optionalRegions: new Set(['af-south-1']), previousVersions },
    });
    expect(exitCode).toBe(0);
    expect(versions).toEqual({ 'php-82': { 'af-south-1': 4, 'eu-west-1': 1, 'me-south-1': 3 } });
    expect(log.filter((line) => line.startsWith('error: '))).toEqual([]);
    expect(log).toContainEqual(expect.stringMatching(/^warning: af-south-1 php-82: ListLayerVersions/));
  });

  test('is not reported as disabled if the credentials expired', async () => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82')];
    const world = createWorld(folder.path);
    const { results } = await world.publish({
      layers,
      regions: ['af-south-1'],
      rules: disabledIn('af-south-1'),
      stayValid: false,
    });
    expect(results[0]?.cause).toMatch(/STS does not accept the credentials either/);
  });
});

test('a dry run shows the plan and writes no file', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'php-82')];
  const world = createWorld(folder.path);
  const { results, versions } = await world.publish({
    layers,
    regions: ['eu-west-1'],
    inputs: { isDryRun: true },
  });
  expect(results[0]).toMatchObject({ outcome: 'would publish', notes: ['the region has no version'] });
  expect(versions).toEqual({ 'php-82': {} });
  for (const file of ['versions.json', 'arns.md', 'publish.journal.jsonl']) {
    expect(existsSync(join(folder.path, file))).toBe(false);
  }
});

test.each([1, 3, 30])(
  'at most %i layers are uploaded in parallel, and all regions are read in parallel',
  async (maxParallel) => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82')];
    const world = createWorld(folder.path);
    const { elapsedMs } = await world.publish({
      layers,
      rules: () => [
        { operation: 'PublishLayerVersion', fault: { kind: 'slow', delayMs: 60_000 } },
        { operation: 'ListLayerVersions', fault: { kind: 'slow', delayMs: 1_000 } },
      ],
      inputs: { maxParallel },
    });
    expect(elapsedMs).toBe(1_000 + 60_000 * Math.ceil(brefRegionCount / maxParallel));
  },
);

test('the wait for a turn to upload does not count against the time limit', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'php-82')];
  const world = createWorld(folder.path);
  const { exitCode, elapsedMs } = await world.publish({
    layers,
    rules: () => [{ operation: 'PublishLayerVersion', fault: { kind: 'slow', delayMs: 90_000 } }],
    inputs: { maxParallel: 1, timeoutMs: 120_000 },
  });
  expect(exitCode).toBe(0);
  expect(elapsedMs).toBeGreaterThan(120_000);
});

test('the wait for a request body does not count against the time limit', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'one'), await writeLayer(folder.path, 'two')];
  const world = createWorld(folder.path);
  const slow = (delayMs: number, skip = 0): FaultRule => ({
    operation: 'PublishLayerVersion',
    fault: { kind: 'slow', delayMs },
    skip,
  });
  const { exitCode, elapsedMs } = await world.publish({
    layers,
    regions: ['eu-west-1', 'us-east-1'],
    // us-east-1 sends the first layer in no time, waits 25 s for eu-west-1, and sends the second for 20 s.
    rules: (region) => [region === 'eu-west-1' ? slow(25_000) : slow(20_000, 1)],
    inputs: { timeoutMs: 30_000, quietPeriodMs: 1_000 },
  });
  expect(exitCode).toBe(0);
  expect(elapsedMs).toBe(45_000);
});

describe('version numbers', () => {
  const regions = ['eu-west-1', 'us-east-1', 'af-south-1'];

  test('that differ are reported and not aligned by default', async () => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82')];
    const world = createWorld(folder.path);
    world.model('us-east-1').seed('php-82', { version: 3 });
    const { versions, log } = await world.publish({ layers, regions });
    expect(versions['php-82']).toEqual({ 'af-south-1': 1, 'eu-west-1': 1, 'us-east-1': 4 });
    expect(log).toContain(
      'warning: Version numbers differ between regions: php-82: 1 in af-south-1, eu-west-1; 4 in us-east-1',
    );
  });

  test('are aligned with the same content, and only the last version is granted', async () => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82')];
    const world = createWorld(folder.path);
    world.model('us-east-1').seed('php-82', { version: 3 });
    const inputs = { alignVersions: true };
    const { versions, exitCode } = await world.publish({ layers, regions, inputs });
    expect(exitCode).toBe(0);
    expect(versions['php-82']).toEqual({ 'af-south-1': 4, 'eu-west-1': 4, 'us-east-1': 4 });
    const made = world.model('eu-west-1').versionsOf('php-82');
    expect(new Set(made.map(({ codeSha256 }) => codeSha256)).size).toBe(1);
    expect(made.map(({ statements }) => statements.length)).toEqual([1, 0, 0, 1]);
    const again = await world.publish({ layers, regions, inputs });
    expect(again.results.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
  });

  test('that are too far behind fail, and the others are aligned', async () => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82')];
    const world = createWorld(folder.path);
    world.model('us-east-1').seed('php-82', { version: 629 });
    world.model('eu-west-1').seed('php-82', { version: 628 });
    const inputs = { alignVersions: true };
    const { exitCode, results } = await world.publish({ layers, regions, inputs });
    expect(exitCode).toBe(1);
    expect(results.map(({ outcome, version }) => `${outcome} ${version?.version}`)).toEqual([
      'published 630',
      'published 630',
      'failed 1',
    ]);
    expect(world.model('af-south-1').versionsOf('php-82')).toHaveLength(1);
  });

  test('are previewed in a dry run', async () => {
    await using folder = await temporaryFolder();
    const layers = [await writeLayer(folder.path, 'php-82')];
    const world = createWorld(folder.path);
    world.model('us-east-1').seed('php-82', { version: 3 });
    const { results } = await world.publish({
      layers,
      regions,
      inputs: { alignVersions: true, isDryRun: true },
    });
    expect(results[0]?.notes).toContain('would publish 3 more times to reach version 4');
  });
});

test('a run waits for the unclear request of the previous run', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'php-82')];
  const world = createWorld(folder.path);
  const regions = ['eu-west-1'];
  const inputs = { timeoutMs: 70_000, quietPeriodMs: 60_000 };
  const first = await world.publish({
    layers,
    regions,
    inputs,
    rules: () => [
      { operation: 'ListLayerVersions', fault: { kind: 'slow', delayMs: 20_000 } },
      { operation: 'PublishLayerVersion', fault: { kind: 'reset', commit: 59_000 } },
    ],
  });
  expect(first.exitCode).toBe(1);
  expect(first.results[0]?.cause).toMatch(/the request may still create a version, which the next run finds/);
  expect(existsSync(join(folder.path, 'publish.journal.jsonl'))).toBe(true);
  const second = await world.publish({ layers, regions, inputs });
  expect(second.exitCode).toBe(0);
  expect(second.versions).toEqual({ 'php-82': { 'eu-west-1': 1 } });
  expect(world.model('eu-west-1').versionsOf('php-82')).toHaveLength(1);
  expect(existsSync(join(folder.path, 'publish.journal.jsonl'))).toBe(false);
});

test('the journal has a running request', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'php-82')];
  const world = createWorld(folder.path);
  let journal = '';
  world.clock.schedule(1_000, () => {
    journal = readFileSync(join(folder.path, 'publish.journal.jsonl'), 'utf8');
  });
  await world.publish({
    layers,
    regions: ['eu-west-1'],
    rules: () => [{ operation: 'PublishLayerVersion', fault: { kind: 'slow', delayMs: 5_000 } }],
  });
  const at = world.clock.now() - 5_000;
  expect(JSON.parse(journal)).toEqual({
    event: 'sent',
    at,
    account: '123456789012',
    region: 'eu-west-1',
    layer: 'php-82',
    before: 0,
    until: at + 600_000,
  });
});

test('logs each result and the reason of each wait', async () => {
  await using folder = await temporaryFolder();
  const layers = [await writeLayer(folder.path, 'php-82')];
  const world = createWorld(folder.path);
  const { log } = await world.publish({
    layers,
    regions: ['eu-west-1', 'us-east-1'],
    rules: (region) =>
      region === 'eu-west-1'
        ? [{ operation: 'PublishLayerVersion', fault: { kind: 'reset', commit: 'immediately' } }]
        : [],
  });
  expect(log).toContainEqual(
    expect.stringMatching(/^eu-west-1 php-82: unclear response, watching for 60 s \(PublishLayerVersion/),
  );
  expect(log.filter((line) => line.startsWith('['))).toEqual([
    '[1/2] us-east-1 php-82 published 1',
    '[2/2] eu-west-1 php-82 published 1',
  ]);
});
