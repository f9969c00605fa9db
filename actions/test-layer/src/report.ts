import type { TestedLayer } from '#lib/sandbox/layers.ts';
import type { SkippedCase } from './cases/select.ts';
import type { Outcome } from './target.ts';

/** Result of one case. */
export interface Result extends Outcome {
  /** Name of the case, such as `function/scripts/curl.php`. */
  readonly name: string;
  /** File that defines the case. */
  readonly source: string;
  readonly milliseconds: number;
  /** Command that runs the case alone. */
  readonly reproduce: string;
}

/** Results of a whole run. */
export interface Report {
  /** Display name of the target, such as `debian-12 (x86)`. */
  readonly target: string;
  readonly layers: readonly TestedLayer[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly SkippedCase[];
  /** In the order of the cases. */
  readonly results: readonly Result[];
}

export function hasPassed({ reasons }: Outcome): boolean {
  return reasons.length === 0;
}
