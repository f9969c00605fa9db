import { CallError } from '#lib/aws/call-error.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import type { ObservedVersion, Plan } from './plan-layer.ts';

/** The last two are a dry run's. */
export type Outcome = 'published' | 'granted' | 'unchanged' | 'failed' | 'would publish' | 'would grant';

/** What became of one layer in one region. */
export interface LayerResult {
  readonly region: string;
  readonly layer: string;
  readonly outcome: Outcome;
  /** What the region has now; undefined where it has none, or it is not known. */
  readonly version: ObservedVersion | undefined;
  /** Of a failure; what to do is in it. */
  readonly cause: string | undefined;
  /** What is worth knowing and no failure. */
  readonly notes: readonly string[];
  /** A failure of it is a warning. */
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

/** What failed and what to do, for a person. `remedy` goes before the one that the error brings. */
export function explainFailure(error: unknown, remedy: string | undefined): string {
  if (!(error instanceof ActionError)) return describeError(error);
  const known = remedy ?? (error instanceof CallError ? error.remedy : '');
  return known === '' ? error.message : `${error.message.replace(/\.?$/, '.')} ${known}`;
}
