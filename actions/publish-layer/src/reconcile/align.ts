import type { LayerResult } from './result.ts';

/** A layer in one region whose version number is behind other regions. */
export interface Lag {
  readonly result: LayerResult;
  /** Number to reach. */
  readonly target: number;
  /** Number of missing layer versions. */
  readonly missing: number;
}

/**
 * Publishes missing layer versions until each layer has the same version number in every region. A region that would
 * need more than `limit` of them fails instead. Several rounds are needed only if a late layer version gives a region a
 * new highest number.
 *
 * @param publishMissing publishes the layer versions and returns the new results in the same order
 */
export async function alignLayers(
  results: readonly LayerResult[],
  limit: number,
  publishMissing: (lags: readonly Lag[]) => Promise<readonly LayerResult[]>,
): Promise<readonly LayerResult[]> {
  /** Number of layer versions published to align, by region and layer. */
  const published = new Map<string, number>();
  let aligned = results;
  for (;;) {
    const lags = findLags(aligned, ({ version }) => version?.version);
    if (lags.length === 0) return aligned;
    const next = new Map<LayerResult, LayerResult>();
    const withinLimit: Lag[] = [];
    for (const lag of lags) {
      const key = `${lag.result.region} ${lag.result.layer}`;
      const sum = (published.get(key) ?? 0) + lag.missing;
      published.set(key, sum);
      if (sum > limit) next.set(lag.result, failLag(lag, limit));
      else withinLimit.push(lag);
    }
    const updated = await publishMissing(withinLimit);
    for (const [index, { result }] of withinLimit.entries()) next.set(result, updated[index] ?? result);
    aligned = aligned.map((result) => next.get(result) ?? result);
  }
}

/** Adds notes about alignment to the results of a dry run. */
export function previewAlignment(results: readonly LayerResult[], limit: number): readonly LayerResult[] {
  const lags = findLags(results, ({ outcome, version }) =>
    outcome === 'would publish' ? (version?.version ?? 0) + 1 : version?.version,
  );
  return results.map((result) => {
    const lag = lags.find((candidate) => candidate.result === result);
    if (lag === undefined) return result;
    const { missing, target } = lag;
    const note =
      missing > limit
        ? `is ${missing} versions behind ${target}, more than "align-limit"`
        : `would publish ${countTimes(missing)} to reach version ${target}`;
    return { ...result, notes: [...result.notes, note] };
  });
}

/** Returns `1 more time`, `2 more times` and so on. */
export function countTimes(count: number): string {
  return `${count} more ${count === 1 ? 'time' : 'times'}`;
}

/** Finds layers whose number is behind the highest one among the regions that did not fail. */
function findLags(
  results: readonly LayerResult[],
  numberOf: (result: LayerResult) => number | undefined,
): readonly Lag[] {
  const successful = results.filter(({ outcome }) => outcome !== 'failed');
  const highest = new Map<string, number>();
  for (const result of successful) {
    highest.set(result.layer, Math.max(highest.get(result.layer) ?? 0, numberOf(result) ?? 0));
  }
  return successful.flatMap((result) => {
    const target = highest.get(result.layer) ?? 0;
    const missing = target - (numberOf(result) ?? target);
    return missing > 0 ? [{ result, target, missing }] : [];
  });
}

function failLag({ result, target }: Lag, limit: number): LayerResult {
  return {
    ...result,
    outcome: 'failed',
    cause:
      `Version ${result.version?.version} has the right content, but other regions have version ${target}. Aligning ` +
      `would take more than ${limit} versions ("align-limit"). Raise the limit, or publish under a new "layer-name".`,
  };
}
