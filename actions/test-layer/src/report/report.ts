import type { TestedLayer } from '#lib/sandbox/layers.ts';
import type { SkippedCase } from '../cases/choose.ts';
import type { Outcome } from '../target.ts';

/** How one case went. */
export interface Result extends Outcome {
  /** Such as `function/scripts/curl.php`. */
  readonly name: string;
  /** The file that defines it. */
  readonly source: string;
  readonly milliseconds: number;
  /** The command that runs it alone. */
  readonly reproduce: string;
}

/** What a whole run found. */
export interface Report {
  /** Such as `debian-12 (x86)`. */
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
