import type { TestedLayer } from '#lib/sandbox/layers.ts';
import type { Case } from './cases/case.ts';
import type { Difference } from './cases/compare.ts';
import type { TargetName } from './cases/options.ts';

/** What cases run on: containers of this machine, or Lambda. Disposed of, it leaves nothing behind. */
export interface Target extends AsyncDisposable {
  readonly kind: TargetName;
  /** Such as `debian-12 (x86)`. */
  readonly name: string;
  readonly layers: readonly TestedLayer[];
  /** What runs at once. */
  readonly capacity: Capacity;
  /** Runs one case in an environment of its own. Never throws for a case that fails. */
  execute(test: Case, index: number): Promise<Outcome>;
}

export interface Capacity {
  /** Cases. */
  readonly cases: number;
  /** MB of all cases that run at once; one that takes more runs alone. */
  readonly memory: number;
}

export interface Outcome {
  /** Why the case failed; empty where it passed. */
  readonly reasons: readonly Reason[];
  /** What the script or function said. */
  readonly log: string;
}

/** A sentence, or what differs. */
export type Reason = string | Difference;
