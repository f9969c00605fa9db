import { renderMarkdownTable } from '#lib/report/markdown.ts';
import { quantile } from '../quantile.ts';
import type { ContenderName } from './contenders.ts';
import type { Sample } from './rounds.ts';
import type { Scenario } from './scenarios.ts';

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

const titles: Readonly<Record<ContenderName, string>> = {
  'publish-layer': 'publish-layer',
  aws: 'AWS CLI',
  curl: 'curl --data-binary',
  'curl-stream': 'curl --upload-file',
};

/** Renders the medians of each scenario and contender, and the median ratio to publish-layer within the same round. */
export function renderSamples(samples: readonly Sample[]): string {
  const rows = groupSamples(samples).map((group) => {
    const [{ scenario, contender }] = group as [Sample];
    const reference = samples.filter((one) => one.scenario === scenario && one.contender === 'publish-layer');
    const ratio = (of: (sample: Sample) => number) =>
      contender === 'publish-layer' ? '1' : median(compareRounds(group, reference, of)).toFixed(2);
    const seconds = (sample: Sample) => sample.cost.seconds;
    const cpu = (sample: Sample) => sample.cost.cpuSeconds;
    return [
      scenario.name,
      titles[contender],
      median(group.map(seconds)).toFixed(2),
      ratio(seconds),
      median(group.map(cpu)).toFixed(2),
      ratio(cpu),
      String(Math.round(median(group.map((sample) => sample.cost.peakBytes)) / 1e6)),
      String(Math.round(median(group.map((sample) => sample.requests)))),
    ];
  });
  const head = ['', '', 'Time (s)', 'ratio', 'CPU (s)', 'ratio', 'Memory (MB)', 'Requests'];
  return renderMarkdownTable(head, rows);
}

export interface Goal {
  readonly name: string;
  readonly measured: string;
  readonly goal: string;
  readonly isMet: boolean;
}

/**
 * Compares samples with the goals of publishing.
 *
 * @param bodyBytes size of the largest request
 * @param sentBytes returns the total size of a scenario's requests
 */
export function judgeGoals(
  samples: readonly Sample[],
  bodyBytes: number,
  sentBytes: (scenario: Scenario) => number,
): readonly Goal[] {
  const goals: Goal[] = [];
  const add = (name: string, value: number, unit: string, limit: number) =>
    goals.push({
      name,
      measured: `${value.toFixed(2)}${unit}`,
      goal: `at most ${limit}${unit}`,
      isMet: value <= limit,
    });
  for (const scenario of new Set(samples.map((sample) => sample.scenario))) {
    const of = (contender: ContenderName) =>
      samples.filter((sample) => sample.scenario === scenario && sample.contender === contender);
    const [own, aws] = [of('publish-layer'), of('aws')];
    const [curl, stream] = [of('curl'), of('curl-stream')];
    const [seconds, cpu] = [(one: Sample) => one.cost.seconds, (one: Sample) => one.cost.cpuSeconds];
    if (aws.length > 0) {
      add(`${scenario.name}: time relative to the CLI`, median(compareRounds(own, aws, seconds)), 'x', 1);
      add(`${scenario.name}: CPU relative to the CLI`, median(compareRounds(own, aws, cpu)), 'x', 1);
    }
    if (curl.length > 0)
      add(`${scenario.name}: CPU relative to curl`, median(compareRounds(own, curl, cpu)), 'x', 1.3);
    if (stream.length > 0) {
      add(
        `${scenario.name}: CPU relative to streaming curl`,
        median(compareRounds(own, stream, cpu)),
        'x',
        1.3,
      );
    }
    if (scenario.before === 'published') {
      add(scenario.name, median(own.map(seconds)), ' s', 2);
    } else {
      const excess = (median(own.map((sample) => sample.cost.peakBytes)) - bodyBytes) / 1e6;
      add(`${scenario.name}: memory beyond one body`, excess, ' MB', 150);
    }
    if (scenario.bytesPerSecond !== undefined) {
      const limit = sentBytes(scenario) / scenario.bytesPerSecond;
      add(
        `${scenario.name}: time relative to the bandwidth's minimum`,
        median(own.map(seconds)) / limit,
        'x',
        1.05,
      );
    }
  }
  return goals;
}

export function renderGoals(goals: readonly Goal[]): string {
  const rows = goals.map(({ name, measured, goal, isMet }) => [name, measured, goal, isMet ? 'yes' : 'no']);
  return renderMarkdownTable(['', 'Measured', 'Goal', 'Met'], rows);
}

/** Divides the values of two contenders, round by round. */
function compareRounds(
  first: readonly Sample[],
  second: readonly Sample[],
  of: (sample: Sample) => number,
): readonly number[] {
  return first.flatMap((sample) => {
    const partner = second.find(({ round }) => round === sample.round);
    return partner === undefined ? [] : [of(sample) / of(partner)];
  });
}

/** Groups samples by scenario and contender, in the order of the scenarios. */
function groupSamples(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const groups = Map.groupBy(samples, ({ scenario, contender }) => `${scenario.name}/${contender}`);
  return [...groups.values()].toSorted((a, b) => order(a) - order(b));
  function order([sample]: readonly Sample[]): number {
    if (sample === undefined) return 0;
    const { scenario, contender } = sample;
    const first = samples.findIndex((other) => other.scenario === scenario);
    return first * 10 + scenario.contenders.indexOf(contender);
  }
}
