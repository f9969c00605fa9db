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
  /** CPU time of the server's process in the same period. */
  readonly serverCpuSeconds: number;
  readonly requests: number;
}

export interface Bench {
  readonly run: Run;
  readonly lambda: LambdaProcess;
  readonly contenders: Readonly<Record<ContenderName, Contender>>;
  /** The work, with every region that a scenario may use. */
  readonly task: Task;
  log(line: string): void;
}

const unlimited: Settings = { latencyMs: 0, bytesPerSecond: undefined, checkBodies: false };

/**
 * Lets every contender publish to one region while the server hashes the bodies. In measured rounds, it only counts bytes.
 *
 * @throws ActionError if the server receives different content
 */
export async function checkContenders(names: ReadonlySet<ContenderName>, bench: Bench): Promise<void> {
  const task = { ...bench.task, regions: bench.task.regions.slice(0, 1) };
  for (const name of names) {
    await bench.lambda.send({ settings: { ...unlimited, checkBodies: true }, clear: true });
    const { cost, versions } = await runOnce(name, task, bench);
    assertPublished(name, task, versions);
    bench.log(`${name}: 1 region, every byte checked, ${cost.seconds.toFixed(1)} s`);
  }
}

/** Runs each contender of a scenario once. Each round starts with a different contender. */
export async function runRound(
  scenario: Scenario,
  contenders: readonly ContenderName[],
  round: number,
  bench: Bench,
): Promise<readonly Sample[]> {
  const { latencyMs, bytesPerSecond, before } = scenario;
  const task = { ...bench.task, regions: bench.task.regions.slice(0, scenario.regions) };
  const samples: Sample[] = [];
  for (const index of contenders.keys()) {
    const contender = contenders[(index + round) % contenders.length] as ContenderName;
    await bench.lambda.send({ settings: unlimited, clear: true });
    if (before === 'published') await runOnce(contender, task, bench);
    await bench.lambda.send({ settings: { latencyMs, bytesPerSecond, checkBodies: false } });
    const { cost, versions, serverCpuSeconds, requests } = await runOnce(contender, task, bench);
    assertPublished(contender, task, versions);
    samples.push({ scenario, contender, round, cost, serverCpuSeconds, requests });
    const { seconds, cpuSeconds, peakBytes } = cost;
    bench.log(
      `round ${round + 1}, ${scenario.name}: ${contender} ${seconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s, ` +
        `${Math.round(peakBytes / 1e6)} MB (server: ${requests} requests, CPU ${serverCpuSeconds.toFixed(2)} s)`,
    );
  }
  return samples;
}

async function runOnce(name: ContenderName, task: Task, { run, lambda, contenders }: Bench) {
  const cost = await measure(run, await contenders[name](task), task.folder);
  const { cpuSeconds: serverCpuSeconds, requests, versions } = await lambda.send({});
  return { cost, serverCpuSeconds, requests, versions };
}

/** @throws ActionError unless each region has one version of each layer with the right content and grant */
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
  const wrong = found?.find((shown) => !wanted?.includes(shown)) ?? 'none';
  throw new ActionError(
    `${name} published ${found?.length} versions, but ${wanted?.length} were expected. First wrong version: ${wrong}.`,
  );
}

function showVersion({ region, layer, codeSha256, isPublic }: StoredVersion): string {
  return `${region} ${layer} ${codeSha256} ${isPublic ? 'public' : 'private'}`;
}
