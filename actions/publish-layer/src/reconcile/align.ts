import type { LayerResult } from './result.ts';

/** A region whose number of a layer is behind. */
export interface Lag {
  readonly result: LayerResult;
  /** The number that it should have. */
  readonly target: number;
  /** Versions that it lacks. */
  readonly missing: number;
}

/**
 * Raises what lags until every region has the same number of a layer, or would need more than `limit` versions to.
 * Several rounds are needed only where a late version makes a region the highest one.
 *
 * @param raise makes the versions; the new results, in the same order
 */
export async function alignLayers(
  results: readonly LayerResult[],
  limit: number,
  raise: (lags: readonly Lag[]) => Promise<readonly LayerResult[]>,
): Promise<readonly LayerResult[]> {
  /** Versions made to align, by region and layer. */
  const made = new Map<string, number>();
  let aligned = results;
  for (;;) {
    const lags = findLags(aligned, ({ version }) => version?.version);
    if (lags.length === 0) return aligned;
    const next = new Map<LayerResult, LayerResult>();
    const near: Lag[] = [];
    for (const lag of lags) {
      const key = `${lag.result.region} ${lag.result.layer}`;
      const sum = (made.get(key) ?? 0) + lag.missing;
      made.set(key, sum);
      if (sum > limit) next.set(lag.result, leaveBehind(lag, limit));
      else near.push(lag);
    }
    const raised = await raise(near);
    for (const [index, { result }] of near.entries()) next.set(result, raised[index] ?? result);
    aligned = aligned.map((result) => next.get(result) ?? result);
  }
}

/** A dry run's results, with notes of what aligning would do. */
export function foreseeAlignment(results: readonly LayerResult[], limit: number): readonly LayerResult[] {
  const lags = findLags(results, ({ outcome, version }) =>
    outcome === 'would publish' ? (version?.version ?? 0) + 1 : version?.version,
  );
  return results.map((result) => {
    const lag = lags.find((candidate) => candidate.result === result);
    if (lag === undefined) return result;
    const { missing, target } = lag;
    const note =
      missing > limit
        ? `lags ${missing} versions behind ${target}, more than "align-limit"`
        : `would publish ${missing} more times, to reach version ${target}`;
    return { ...result, notes: [...result.notes, note] };
  });
}

/** Where a layer's number is behind its highest one, among the regions that did not fail. */
function findLags(
  results: readonly LayerResult[],
  numberOf: (result: LayerResult) => number | undefined,
): readonly Lag[] {
  const standing = results.filter(({ outcome }) => outcome !== 'failed');
  const highest = new Map<string, number>();
  for (const result of standing) {
    highest.set(result.layer, Math.max(highest.get(result.layer) ?? 0, numberOf(result) ?? 0));
  }
  return standing.flatMap((result) => {
    const target = highest.get(result.layer) ?? 0;
    const missing = target - (numberOf(result) ?? target);
    return missing > 0 ? [{ result, target, missing }] : [];
  });
}

function leaveBehind({ result, target }: Lag, limit: number): LayerResult {
  return {
    ...result,
    outcome: 'failed',
    cause:
      `Has version ${result.version?.version}, published and read back, where other regions have ${target}: aligning ` +
      `would take more than ${limit} versions ("align-limit"). Raise it, or publish under a new "layer-name".`,
  };
}
