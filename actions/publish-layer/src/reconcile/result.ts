import type { LayerVersionState } from '#lib/aws/layer-version-state.ts';
import type { Plan } from './plan-layer.ts';

/** The last two occur only in a dry run. */
export type Outcome = 'published' | 'granted' | 'unchanged' | 'failed' | 'would publish' | 'would grant';

/** Result of one layer in one region. */
export interface LayerResult {
  readonly region: string;
  readonly layer: string;
  readonly outcome: Outcome;
  /** The region's newest layer version; undefined if there is none, or if it is unknown. */
  readonly version: LayerVersionState | undefined;
  /** Cause and fix of a failure. */
  readonly cause: string | undefined;
  /** Remarks that are not failures. */
  readonly notes: readonly string[];
  /** Whether a failure is only a warning. */
  readonly isOptional: boolean;
}

const outcomes: Readonly<Record<Plan['action'], Outcome>> = {
  publish: 'published',
  grant: 'granted',
  nothing: 'unchanged',
  withdraw: 'failed',
};

const plannedOutcomes: Readonly<Record<Plan['action'], Outcome>> = {
  publish: 'would publish',
  grant: 'would grant',
  nothing: 'unchanged',
  withdraw: 'failed',
};

export function toOutcome({ action }: Plan, isDryRun: boolean): Outcome {
  return (isDryRun ? plannedOutcomes : outcomes)[action];
}
