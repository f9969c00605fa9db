import { type ContenderName, contenderNames } from './contenders.ts';

/** Conditions of a measurement. */
export interface Scenario {
  readonly name: string;
  readonly regions: number;
  /** Round-trip time. */
  readonly latencyMs: number;
  /** Total bandwidth; undefined if it is uncapped. */
  readonly bytesPerSecond: number | undefined;
  /** State of the regions before the measurement. `published` means that every region already has the layers. */
  readonly before: 'empty' | 'published';
  readonly contenders: readonly ContenderName[];
}

export const scenarioKinds = ['uncapped', 'capped', 'regions', 'unchanged'] as const;
export type ScenarioKind = (typeof scenarioKinds)[number];

export interface ScenarioOptions {
  readonly kinds: readonly ScenarioKind[];
  /** Number of regions of all scenarios except `regions`. */
  readonly regions: number;
  /** Numbers of regions of the scenario `regions`, which measures memory. */
  readonly otherRegions: readonly number[];
  /** Bandwidth of the scenario `capped`. */
  readonly bytesPerSecond: number;
  /** Round-trip time of the scenario `unchanged`. */
  readonly latencyMs: number;
}

/** Lists the scenarios in order. Only publish-layer can skip unchanged layers. */
export function listScenarios(options: ScenarioOptions): readonly Scenario[] {
  const defaults = {
    regions: options.regions,
    latencyMs: 0,
    bytesPerSecond: undefined,
    before: 'empty',
  } as const;
  const title = `${options.regions} regions`;
  const byKind: Readonly<Record<ScenarioKind, readonly Scenario[]>> = {
    uncapped: [{ ...defaults, name: title, contenders: contenderNames }],
    capped: [
      {
        ...defaults,
        name: `${title}, ${options.bytesPerSecond / 1e6} MB/s`,
        bytesPerSecond: options.bytesPerSecond,
        contenders: contenderNames,
      },
    ],
    regions: options.otherRegions.map((regions) => ({
      ...defaults,
      name: `${regions} regions`,
      regions,
      contenders: ['publish-layer', 'curl'],
    })),
    unchanged: [
      {
        ...defaults,
        name: `${title}, no change, ${options.latencyMs} ms per round trip`,
        latencyMs: options.latencyMs,
        before: 'published',
        contenders: ['publish-layer'],
      },
    ],
  };
  return options.kinds.flatMap((kind) => byKind[kind]);
}
