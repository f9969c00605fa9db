import { isDeepStrictEqual } from 'node:util';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { type Cost, measure } from '../measure.ts';
import type { Contender, ContenderName, Task } from './contenders.ts';
import type { LambdaProcess } from './lambda-process.ts';
import type { Settings, StoredVersion } from './protocol.ts';
import type { Scenario } from './scenarios.ts';

export interface Sample {
  readonly scenario: Scenario;
  readonly contender: ContenderName;
  readonly round: number;
  readonly cost: Cost;
  /** Of the server's process meanwhile. */
  readonly serverCpuSeconds: number;
  readonly requests: number;
}

export interface Bench {
  readonly run: Run;
  readonly lambda: LambdaProcess;
  readonly contenders: Readonly<Record<ContenderName, Contender>>;
  /** With every region that any scenario uses. */
  readonly task: Task;
  say(line: string): void;
}

const unlimited: Settings = { latency: 0, bandwidth: undefined, checkBodies: false };

/**
 * Every contender publishes to one region while the server really hashes what arrives: later it only counts bytes.
 * Throws an ActionError when anything else arrives than was to be sent.
 */
export async function checkContenders(names: ReadonlySet<ContenderName>, bench: Bench): Promise<void> {
  const task = { ...bench.task, regions: bench.task.regions.slice(0, 1) };
  for (const name of names) {
    await bench.lambda.order({ settings: { ...unlimited, checkBodies: true }, forget: true });
    const { cost, versions } = await runOnce(name, task, bench);
    assertPublished(name, task, versions);
    bench.say(`${name}: 1 region, every byte checked, ${cost.seconds.toFixed(1)} s`);
  }
}

/** One round of one scenario: each contender once, another one first in each round. */
export async function runRound(
  scenario: Scenario,
  contenders: readonly ContenderName[],
  round: number,
  bench: Bench,
): Promise<readonly Sample[]> {
  const { latency, bandwidth, before } = scenario;
  const task = { ...bench.task, regions: bench.task.regions.slice(0, scenario.regions) };
  const samples: Sample[] = [];
  for (const index of contenders.keys()) {
    const contender = contenders[(index + round) % contenders.length] as ContenderName;
    await bench.lambda.order({ settings: unlimited, forget: true });
    if (before === 'published') await runOnce(contender, task, bench);
    await bench.lambda.order({ settings: { latency, bandwidth, checkBodies: false } });
    const { cost, versions, serverCpuSeconds, requests } = await runOnce(contender, task, bench);
    assertPublished(contender, task, versions);
    samples.push({ scenario, contender, round, cost, serverCpuSeconds, requests });
    const { seconds, cpuSeconds, peakBytes } = cost;
    bench.say(
      `round ${round + 1}, ${scenario.name}: ${contender} ${seconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s, ` +
        `${Math.round(peakBytes / 1e6)} MB (server: ${requests} requests, CPU ${serverCpuSeconds.toFixed(2)} s)`,
    );
  }
  return samples;
}

async function runOnce(name: ContenderName, task: Task, { run, lambda, contenders }: Bench) {
  const cost = await measure(run, await contenders[name](task), task.folder);
  const { cpuSeconds: serverCpuSeconds, requests, versions } = await lambda.order({});
  return { cost, serverCpuSeconds, requests, versions };
}

/** One version of each layer in each region, with the right content, public unless the contender grants nothing. */
function assertPublished(
  name: ContenderName,
  { layers, regions }: Task,
  versions: readonly StoredVersion[],
): void {
  const isPublic = name === 'publish-layer' || name === 'aws';
  const expected = regions.flatMap((region) =>
    layers.map((layer) => ({ region, layer: layer.name, codeSha256: layer.codeSha256, isPublic })),
  );
  const [wanted, found] = [expected, versions].map((list) => list.map(showVersion).toSorted());
  if (isDeepStrictEqual(found, wanted)) return;
  const odd = found?.find((shown) => !wanted?.includes(shown)) ?? 'none that is wrong';
  throw new ActionError(
    `${name} left ${found?.length} versions, of which ${wanted?.length} were expected; the first wrong one: ${odd}.`,
  );
}

function showVersion({ region, layer, codeSha256, isPublic }: StoredVersion): string {
  return `${region} ${layer} ${codeSha256} ${isPublic ? 'public' : 'private'}`;
}
