import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { LayerResult } from '../reconcile/result.ts';
import { toOneLine } from './table.ts';

/** GitHub shows ten annotations of each kind per step. */
const maxAnnotations = 10;

/** Logs each failure as an error, or as a warning if the region is optional. */
export function annotateFailures(results: readonly LayerResult[], log: Logger): void {
  for (const isOptional of [true, false]) {
    const failed = findFailed(results).filter((result) => result.isOptional === isOptional);
    const annotate = isOptional ? log.warning : log.error;
    for (const { region, layer, cause } of failed.slice(0, maxAnnotations)) {
      annotate(`${region} ${layer}: ${toOneLine(cause ?? '')}`, { title: `${layer} in ${region}` });
    }
  }
}

/** @throws ActionError with all failures of regions that are not optional, if there are any */
export function assertNoneFailed(results: readonly LayerResult[]): void {
  const failed = findFailed(results).filter(({ isOptional }) => !isOptional);
  if (failed.length === 0) return;
  const lines = failed.map(({ region, layer, cause }) => `  ${region} ${layer}: ${cause}`);
  throw new ActionError(
    `${failed.length} of ${results.length} layer–region pairs failed. The others are done, and a new run sends only ` +
      `the missing parts.\n${lines.join('\n')}`,
  );
}

function findFailed(results: readonly LayerResult[]): readonly LayerResult[] {
  return results.filter(({ outcome }) => outcome === 'failed');
}
