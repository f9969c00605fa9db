import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startModelServer } from '../helpers/model-server.ts';
import { createPublishFixture, regions } from './publish-layer-fixture.ts';

/** Moments in the life of a run at which it is killed. */
const killCount = 50;
/** Runs at a time: most of each is waiting. */
const atATime = 10;

const layers = ['console', 'php-82'];
const inputs = {
  layers: layers.map((layer) => `output/${layer}.zip`).join(' '),
  'max-rps': '15',
  // Far longer than the server takes to make a version, so that a busy machine does not decide the outcome.
  'quiet-period': '6',
};

/**
 * A run that is killed at a step of the server (undefined: never), and a second one that begins at once. A body has
 * several parts, and a version is made only when the next run has begun: requests outlive their sender.
 */
async function killAndGoOn(step: number | undefined) {
  let steps = 0;
  let kill: (() => void) | undefined;
  const onStep = () => {
    steps++;
    if (steps === step) kill?.();
  };
  await using server = await startModelServer({ onStep, publishing: 1500 });
  await using fixture = await createPublishFixture(server.url);
  const hashes = new Map<string, string>();
  for (const layer of layers) hashes.set(layer, await fixture.makeLayer(layer, 'x86', randomBytes(300_000)));
  const first = await fixture.publish(inputs, undefined, (ends) => {
    kill = ends;
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

test(`killed at any of ${killCount} moments, a run is finished by the next as if nothing had happened`, {
  timeout: 600_000,
}, async () => {
  const whole = await killAndGoOn(undefined);
  const seed = Date.now() % 2 ** 31;
  const moments = fc.sample(fc.noBias(fc.integer({ min: 1, max: whole.steps })), {
    numRuns: killCount,
    seed,
  });
  let killed = 0;
  for (let next = 0; next < moments.length; next += atATime) {
    const batch = moments.slice(next, next + atATime);
    const runs = await Promise.all(batch.map(async (moment) => ({ moment, ...(await killAndGoOn(moment)) })));
    for (const run of runs) {
      const said = `killed at step ${run.moment} of ${whole.steps} (seed ${seed})\n${run.second.stdout}`;
      expect(run.second.exitCode, said).toBe(0);
      expect(run.regions, said).toEqual(
        regions.map(() => layers.map(() => ({ content: [true], principals: [['*']] }))),
      );
      expect(run.versions, said).toEqual(whole.versions);
      expect(run.files, said).toEqual(whole.files);
      if (run.isKilled) killed++;
    }
  }
  // The number of steps differs a little from run to run: the last ones may never come.
  expect(killed).toBeGreaterThan(killCount * 0.8);
});
