import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { LayerResult } from '../reconcile/result.ts';
import { toOneLine } from './table.ts';

/** GitHub shows ten annotations of a kind per step. */
const mostAnnotations = 10;

/** Annotates what failed: an error, or a warning where the region may fail. */
export function annotateFailures(results: readonly LayerResult[], log: Logger): void {
  for (const isOptional of [true, false]) {
    const failed = findFailed(results).filter((result) => result.isOptional === isOptional);
    const tell = isOptional ? log.warning : log.error;
    for (const { region, layer, cause } of failed.slice(0, mostAnnotations)) {
      tell(`${region} ${layer}: ${toOneLine(cause ?? '')}`, { title: `${layer} in ${region}` });
    }
  }
}

/** Throws an ActionError that lists what failed and may not, with causes, when anything did. */
export function assertNoneFailed(results: readonly LayerResult[]): void {
  const failed = findFailed(results).filter(({ isOptional }) => !isOptional);
  if (failed.length === 0) return;
  const lines = failed.map(({ region, layer, cause }) => `  ${region} ${layer}: ${cause}`);
  throw new ActionError(
    `${failed.length} of ${results.length} layers in regions failed; the others are done, and a new run sends ` +
      `only what is missing.\n${lines.join('\n')}`,
  );
}

function findFailed(results: readonly LayerResult[]): readonly LayerResult[] {
  return results.filter(({ outcome }) => outcome === 'failed');
}
