import { readFile, rm } from 'node:fs/promises';
import { ActionError } from '#lib/node/errors.ts';
import { showAction } from './run-action.ts';

/** A case in the report of test-layer. */
export interface CaseResult {
  readonly name: string;
  /** Reasons of a failure. */
  readonly reasons: readonly string[];
}

export interface LayerTest {
  /** Version in the names of layers, such as `86`. */
  readonly php: string;
  /** Paths of zips. */
  readonly zips: readonly string[];
  /** Folders of cases. */
  readonly sets: readonly string[];
  /** Path for the report. */
  readonly report: string;
  /** Name of the only case to run. */
  readonly filter?: string;
}

/**
 * Runs test-layer and returns the results of the cases.
 *
 * @throws ActionError if it fails without a failed case
 */
export async function testLayer({
  php,
  zips,
  sets,
  report,
  filter,
}: LayerTest): Promise<readonly CaseResult[]> {
  // A report of an earlier run would hide that this one wrote none.
  await rm(report, { force: true });
  const exitCode = await showAction('test-layer', [
    ...['cpu=x86', 'base=debian-12', `layers=${zips.join(' ')}`, `tests=${sets.join(' ')}`],
    ...[`env=EXPECTED_PHP=${php}`, `report=${report}`],
    // The console layer comes after the function layer, and replaces its bootstrap.
    ...(zips.length > 1 ? ['expected-overlaps=bootstrap'] : []),
    ...(filter === undefined ? [] : [`filter=${filter}`]),
  ]);
  const content = await readFile(report, 'utf8').catch(() => undefined);
  if (content === undefined) {
    throw new ActionError(
      `test-layer ended with exit code ${exitCode} and wrote no report. Its message is above.`,
    );
  }
  const { results }: { results: readonly CaseResult[] } = JSON.parse(content);
  if (exitCode !== 0 && results.every(({ reasons }) => reasons.length === 0)) {
    throw new ActionError(
      `test-layer ended with exit code ${exitCode}, although its report has no failed case. Its message is above.`,
    );
  }
  return results;
}
