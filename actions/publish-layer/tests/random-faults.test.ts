import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../tests/fixtures/published-layer.ts';
import { temporaryFolder } from '../../../tests/fixtures/temporary-folder.ts';
import { createVirtualClock } from '../../../tests/fixtures/virtual-clock.ts';
import type { Fault, FaultRule } from '../../../tests/stand-ins/faulty-network.ts';
import { writeLayer, zipBytes } from './layer-fixture.ts';
import { createWorld } from './world-fixture.ts';

const name = 'php-82';
const regions = ['eu-west-1', 'us-east-1', 'af-south-1'];
const timeoutMs = 600_000;
const quietPeriodMs = 60_000;

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc
    .record({
      kind: fc.constant('error' as const),
      status: fc.constantFrom(429, 500, 503),
      type: fc.constantFrom('TooManyRequestsException', 'ServiceException'),
      isProcessed: fc.boolean(),
    })
    .map((error) =>
      error.status === 429
        ? { ...error, type: 'TooManyRequestsException', isProcessed: false }
        : { ...error, type: 'ServiceException' },
    ),
  fc.record({
    kind: fc.constant('error' as const),
    status: fc.constant(403),
    type: fc.constantFrom('AccessDeniedException', 'ExpiredTokenException', 'UnrecognizedClientException'),
  }),
  fc.record({
    kind: fc.constant('reset' as const),
    commit: fc.oneof(
      fc.constantFrom('never' as const, 'immediately' as const),
      fc.integer({ min: 0, max: quietPeriodMs }),
    ),
  }),
  fc.record({
    kind: fc.constant('no response' as const),
    commit: fc.constantFrom('never' as const, 'immediately' as const),
  }),
  fc.record({ kind: fc.constant('slow' as const), delayMs: fc.integer({ min: 0, max: 200_000 }) }),
  fc.constant<Fault>({ kind: 'truncated response' }),
  fc.record({
    kind: fc.constant('unreachable' as const),
    code: fc.constantFrom('ECONNREFUSED', 'ENOTFOUND'),
  }),
);

const rule: fc.Arbitrary<FaultRule> = fc.record({
  operation: fc.constantFrom(
    'ListLayerVersions',
    'GetLayerVersion',
    'GetLayerVersionPolicy',
    'PublishLayerVersion',
    'PublishLayerVersion',
    'AddLayerVersionPermission',
    'every operation',
  ),
  fault,
  skip: fc.integer({ min: 0, max: 4 }),
  times: fc.integer({ min: 1, max: 8 }),
});

/** Faults of each region, its number of earlier versions, and the seed of random waits. */
const script = fc.record({
  rules: fc.array(fc.array(rule, { maxLength: 5 }), { minLength: 3, maxLength: 3 }),
  before: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 }),
  seed: fc.integer(),
});

describe.each([
  [false, 200],
  [true, 50],
])('with random faults (aligned numbers: %s; %i scripts)', (alignVersions, numRuns) => {
  test('a run ends in time and reports the actual state, and the next run completes it without duplicates', {
    timeout: 600_000,
  }, async () => {
    const content = sha256(await zipBytes(name));
    await fc.assert(
      fc.asyncProperty(script, async ({ rules, before, seed }) => {
        await using folder = await temporaryFolder();
        const layers = [await writeLayer(folder.path, name)];
        const world = createWorld(folder.path, createVirtualClock(createRandom(seed)));
        for (const [index, region] of regions.entries()) {
          for (let count = before[index] ?? 0; count > 0; count--) world.model(region).seed(name);
        }
        const ownVersions = (region: string) =>
          world
            .model(region)
            .versionsOf(name)
            .filter(({ codeSha256 }) => codeSha256 === content);
        const inputs = { timeoutMs, quietPeriodMs, alignVersions };

        const first = await world.publish({
          layers,
          regions,
          inputs,
          rules: (region) => rules[regions.indexOf(region)] ?? [],
        });
        // Before its recheck and its alignment, a region waits for the others. Its time limit does not run then.
        expect(first.elapsedMs).toBeLessThanOrEqual(2 * timeoutMs);
        expect(first.exitCode).toBe(first.results.some(({ outcome }) => outcome === 'failed') ? 1 : 0);
        for (const { region, outcome, version } of first.results) {
          const newest = world.model(region).versionsOf(name).at(-1);
          if (outcome === 'failed') continue;
          expect(version).toMatchObject({ version: newest?.version, codeSha256: content });
          expect(newest?.statements).toMatchObject([{ Principal: '*' }]);
          expect(first.versions[name]?.[region]).toBe(newest?.version);
        }

        const second = await world.publish({ layers, regions, inputs });
        expect(second.exitCode).toBe(0);
        const highest = Math.max(...regions.map((region) => world.model(region).versionsOf(name).length));
        for (const [index, region] of regions.entries()) {
          const own = ownVersions(region);
          expect(own).toHaveLength(alignVersions ? highest - (before[index] ?? 0) : 1);
          expect(own.at(-1)?.statements).toMatchObject([{ Principal: '*' }]);
          expect(second.versions[name]?.[region]).toBe(own.at(-1)?.version);
        }

        const third = await world.publish({ layers, regions, inputs });
        for (const region of regions) {
          expect(third.requests(region)).toEqual([
            'ListLayerVersions',
            'GetLayerVersion',
            'GetLayerVersionPolicy',
          ]);
        }
      }),
      { numRuns },
    );
  });
});

/** Creates a linear congruential generator of numbers from 0 to 1. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
