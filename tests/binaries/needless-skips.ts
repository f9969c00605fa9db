import { ActionError } from '#lib/node/errors.ts';
import type { SkippedCase } from './pins.ts';
import type { CaseResult } from './test-layer.ts';

/**
 * Runs each skipped case, and returns the cases that pass. Such an entry in the pins hides a case for no reason.
 *
 * @param runCase runs one case of tests/layers by its name
 */
export async function findNeedlessSkips(
  skipped: readonly SkippedCase[],
  runCase: (name: string) => Promise<readonly CaseResult[]>,
): Promise<readonly SkippedCase[]> {
  const needless: SkippedCase[] = [];
  for (const skip of skipped) {
    const result = (await runCase(skip.case)).find(({ name }) => name === skip.case);
    if (result === undefined) {
      throw new ActionError(
        `test-layer ran no case with the name "${skip.case}", which the pins skip. Skip a whole case.`,
      );
    }
    if (result.reasons.length === 0) needless.push(skip);
  }
  return needless;
}
