import { type ContenderName, contenderNames } from './contenders.ts';

/** One situation that contenders are measured in. */
export interface Scenario {
  readonly name: string;
  readonly regions: number;
  /** Milliseconds of a round trip. */
  readonly latency: number;
  /** Bytes a second; undefined: uncapped. */
  readonly bandwidth: number | undefined;
  /** `published`: every region already has the layers, so that there is nothing to do. */
  readonly before: 'empty' | 'published';
  readonly contenders: readonly ContenderName[];
}

export const scenarioKinds = ['uncapped', 'capped', 'regions', 'unchanged'] as const;
export type ScenarioKind = (typeof scenarioKinds)[number];

export interface ScenarioOptions {
  readonly kinds: readonly ScenarioKind[];
  /** Of all scenarios but `regions`. */
  readonly regions: number;
  /** Of `regions`: is memory the same? */
  readonly otherRegions: readonly number[];
  /** Bytes a second of `capped`. */
  readonly bandwidth: number;
  /** Milliseconds of `unchanged`. */
  readonly latency: number;
}

/** What is measured, in order. A CLI that compares nothing has no run without changes. */
export function listScenarios(options: ScenarioOptions): readonly Scenario[] {
  const base = { regions: options.regions, latency: 0, bandwidth: undefined, before: 'empty' } as const;
  const title = `${options.regions} regions`;
  const byKind: Readonly<Record<ScenarioKind, readonly Scenario[]>> = {
    uncapped: [{ ...base, name: title, contenders: contenderNames }],
    capped: [
      {
        ...base,
        name: `${title}, ${options.bandwidth / 1e6} MB/s`,
        bandwidth: options.bandwidth,
        contenders: contenderNames,
      },
    ],
    regions: options.otherRegions.map((regions) => ({
      ...base,
      name: `${regions} regions`,
      regions,
      contenders: ['publish-layer', 'curl'],
    })),
    unchanged: [
      {
        ...base,
        name: `${title}, nothing to do, ${options.latency} ms a round trip`,
        latency: options.latency,
        before: 'published',
        contenders: ['publish-layer'],
      },
    ],
  };
  return options.kinds.flatMap((kind) => byKind[kind]);
}
