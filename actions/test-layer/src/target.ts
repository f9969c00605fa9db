import type { TestedLayer } from '#lib/sandbox/layers.ts';
import type { Case } from './cases/case.ts';
import type { Difference } from './cases/compare.ts';
import type { TargetName } from './cases/options.ts';

/** Place where cases run: containers of this machine, or Lambda. After disposal, nothing remains there. */
export interface Target extends AsyncDisposable {
  readonly kind: TargetName;
  /** Display name, such as `debian-12 (x86)`. */
  readonly name: string;
  readonly layers: readonly TestedLayer[];
  readonly capacity: Capacity;
  /** Runs one case in a separate environment. Does not throw if the case fails. */
  execute(test: Case, index: number): Promise<Outcome>;
}

/** Limits for the cases that run at the same time. */
export interface Capacity {
  readonly cases: number;
  /** Total memory of these cases. A case that needs more runs alone. */
  readonly memoryMegabytes: number;
}

export interface Outcome {
  /** Reasons why the case failed; empty if it passed. */
  readonly reasons: readonly Reason[];
  /** Output of the script, or log of the function. */
  readonly log: string;
}

/** A sentence, or a difference between an expected and an actual value. */
export type Reason = string | Difference;
