import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startModelServer } from '../stand-ins/model-server.ts';
import { createPublishFixture, regions } from './publish-layer-fixture.ts';

/** Number of moments at which a run is killed. */
const killCount = 50;
/** Number of parallel runs. They mostly wait. */
const parallelRuns = 10;

const layers = ['console', 'php-82'];
const inputs = {
  layers: layers.map((layer) => `output/${layer}.zip`).join(' '),
  'max-rps': '15',
  // Much longer than the server's delay, so that a busy machine does not change the outcome.
  'quiet-period': '6',
};

/**
 * Kills a run at a step of the server (undefined: never), and starts a second run at once. A body has several parts. The
 * server creates the version only after the second run has started, because requests outlive their sender.
 */
async function killAndResume(step: number | undefined) {
  let steps = 0;
  let kill: (() => void) | undefined;
  const onStep = () => {
    steps++;
    if (steps === step) kill?.();
  };
  await using server = await startModelServer({ onStep, publishDelayMs: 1500 });
  await using fixture = await createPublishFixture(server.url);
  const hashes = new Map<string, string>();
  for (const layer of layers) hashes.set(layer, await fixture.makeLayer(layer, 'x86', randomBytes(300_000)));
  const first = await fixture.publish(inputs, undefined, (killProcess) => {
    kill = killProcess;
  });
  const stepsOfFirst = steps;
  const second = step === undefined ? first : await fixture.publish(inputs);
  return {
    steps: stepsOfFirst,
    isKilled: first.exitCode !== 0,
    second,
    versions: await fixture.versions(),
    files: (await readdir(join(fixture.folder, 'output'))).toSorted(),
    regions: regions.map((region) =>
      layers.map((layer) => ({
        content: server
          .model(region)
          .versionsOf(layer)
          .map(({ codeSha256 }) => codeSha256 === hashes.get(layer)),
        principals: server
          .model(region)
          .versionsOf(layer)
          .map(({ statements }) => statements.map((one) => one.Principal)),
      })),
    ),
  };
}

test(`the next run completes a run that was killed at any of ${killCount} moments`, {
  timeout: 600_000,
}, async () => {
  const complete = await killAndResume(undefined);
  const seed = Date.now() % 2 ** 31;
  const moments = fc.sample(fc.noBias(fc.integer({ min: 1, max: complete.steps })), {
    numRuns: killCount,
    seed,
  });
  let killed = 0;
  for (let next = 0; next < moments.length; next += parallelRuns) {
    const batch = moments.slice(next, next + parallelRuns);
    const runs = await Promise.all(
      batch.map(async (moment) => ({ moment, ...(await killAndResume(moment)) })),
    );
    for (const run of runs) {
      const details = `killed at step ${run.moment} of ${complete.steps} (seed ${seed})\n${run.second.stdout}`;
      expect(run.second.exitCode, details).toBe(0);
      expect(run.regions, details).toEqual(
        regions.map(() => layers.map(() => ({ content: [true], principals: [['*']] }))),
      );
      expect(run.versions, details).toEqual(complete.versions);
      expect(run.files, details).toEqual(complete.files);
      if (run.isKilled) killed++;
    }
  }
  // The number of steps varies slightly, so the last steps may not exist in each run.
  expect(killed).toBeGreaterThan(killCount * 0.8);
});
