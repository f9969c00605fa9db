import { hostCpu } from '#lib/layer/cpu.ts';
import type { SandboxNeeds } from '#lib/sandbox/open.ts';
import type { Case } from './cases/case.ts';
import { chooseCases } from './cases/choose.ts';
import { findCases } from './cases/find.ts';
import { openEmulator } from './emulator/emulator.ts';
import type { Inputs } from './inputs.ts';
import { type LambdaNeeds, openLambda } from './lambda/lambda.ts';
import { inParallel } from './parallel.ts';
import { logResult } from './report/console.ts';
import type { Report, Result } from './report/report.ts';
import type { Target } from './target.ts';

export interface Dependencies extends SandboxNeeds, LambdaNeeds {
  /** The command that runs one case alone. */
  readonly reproduce: (test: Case) => string;
}

/**
 * Runs every case against the layers, each in an environment of its own: a container, or a function of Lambda.
 * Afterwards nothing of the run is left, however it ends.
 *
 * @throws ActionError where nothing can be tested; cases that fail are in the report
 */
export async function testLayers(inputs: Inputs, needs: Dependencies): Promise<Report> {
  const { log, signal } = needs;
  const cases = await findCases(inputs.tests, inputs.filter, inputs.settings);
  const { chosen, skipped } = chooseCases(cases, inputs, hostCpu());
  await using target = await openTarget(inputs, needs);
  const results = await log.group(`Run ${chosen.length} cases on ${target.name}`, () =>
    executeAll(chosen, target, needs),
  );
  signal.throwIfAborted();
  for (const { name: test, reason } of skipped) log.info(`Not run: ${test} (${reason})`);
  const failed = results.filter(({ reasons }) => reasons.length > 0).length;
  const { name, layers } = target;
  return { target: name, layers, passed: results.length - failed, failed, skipped, results };
}

function openTarget(inputs: Inputs, needs: Dependencies): Promise<Target> {
  return inputs.target === 'emulator' ? openEmulator(inputs, needs) : openLambda(inputs, needs);
}

async function executeAll(
  cases: readonly Case[],
  target: Target,
  { log, signal, reproduce }: Dependencies,
): Promise<readonly Result[]> {
  let done = 0;
  return inParallel(
    cases,
    (test) => test.settings.memory,
    target.capacity,
    signal,
    async (test, index) => {
      const started = performance.now();
      const { reasons, log: said } = await target.execute(test, index);
      const milliseconds = Math.round(performance.now() - started);
      const { name, source } = test;
      const again = reproduce(test);
      const result = { name, source, milliseconds, reasons, log: said, reproduce: again };
      done += 1;
      if (!signal.aborted) logResult(result, { done, all: cases.length }, log);
      return result;
    },
  );
}
