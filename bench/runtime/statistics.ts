import { quantile } from '../quantile.ts';

/** How long one subject took. */
export interface Timings {
  /** Milliseconds from the start of the runtime to its first answer, one of each environment. */
  readonly first: readonly number[];
  /** Milliseconds of every further event. */
  readonly warm: readonly number[];
}

export interface Summary {
  /** Milliseconds; the median of all environments. */
  readonly first: number;
  /** Milliseconds; the fastest of all environments: what a machine takes that does nothing else. */
  readonly firstAtBest: number;
  /** Milliseconds; the median. */
  readonly warm: number;
  /** Milliseconds; of ten events, nine took longer: what else the machine does falls on those. */
  readonly warmAtBest: number;
  readonly warm99: number;
  /** Events that one environment handles one after the other. */
  readonly perSecond: number;
}

export function summarise({ first, warm }: Timings): Summary {
  const total = warm.reduce((sum, milliseconds) => sum + milliseconds, 0);
  return {
    first: quantile(first, 0.5),
    firstAtBest: quantile(first, 0),
    warm: quantile(warm, 0.5),
    warmAtBest: quantile(warm, 0.1),
    warm99: quantile(warm, 0.99),
    perSecond: (warm.length / total) * 1000,
  };
}
