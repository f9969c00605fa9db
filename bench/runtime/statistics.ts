import { quantile } from '../quantile.ts';

/** Response times of one subject, in milliseconds. */
export interface Timings {
  /** From the start of the runtime to its first response; one value per environment. */
  readonly first: readonly number[];
  /** All further events. */
  readonly warm: readonly number[];
}

/** Times in milliseconds. */
export interface Summary {
  /** Median of all environments. */
  readonly first: number;
  /** Fastest environment: an estimate for an idle machine. */
  readonly firstBestCase: number;
  /** Median. */
  readonly warm: number;
  /** 10 % quantile: other load on the machine affects the slower events. */
  readonly warmBestCase: number;
  readonly warm99: number;
  /** Events that one environment handles per second, one after the other. */
  readonly perSecond: number;
}

export function summarize({ first, warm }: Timings): Summary {
  const total = warm.reduce((sum, milliseconds) => sum + milliseconds, 0);
  return {
    first: quantile(first, 0.5),
    firstBestCase: quantile(first, 0),
    warm: quantile(warm, 0.5),
    warmBestCase: quantile(warm, 0.1),
    warm99: quantile(warm, 0.99),
    perSecond: (warm.length / total) * 1000,
  };
}
