import { hostCpu } from '#lib/layer/cpu.ts';
import { formatCount } from '#lib/report/count.ts';
import type { SandboxDependencies } from '#lib/sandbox/open.ts';
import type { Case } from './cases/case.ts';
import { findCases } from './cases/find.ts';
import { selectCases } from './cases/select.ts';
import { openEmulator } from './emulator/emulator.ts';
import type { Inputs } from './inputs.ts';
import { type LambdaDependencies, openLambda } from './lambda/lambda.ts';
import { runInParallel } from './parallel.ts';
import type { Paint } from './report/color.ts';
import { logResult } from './report/console.ts';
import type { Report, Result } from './report.ts';
import type { Target } from './target.ts';

export interface Dependencies extends SandboxDependencies, LambdaDependencies {
  /** Returns the command that runs one case alone. */
  readonly reproduce: (test: Case) => string;
  /** Colors the marks of passed and failed cases. */
  readonly paint: Paint;
}

/**
 * Runs every case against the layers, each in a separate environment: a container, or a function of Lambda. Afterwards,
 * nothing of the run remains, even if it fails.
 *
 * @throws ActionError if no case can be run. Failed cases are in the report.
 */
export async function testLayers(inputs: Inputs, dependencies: Dependencies): Promise<Report> {
  const { log, signal } = dependencies;
  const cases = await findCases(inputs.tests, inputs.filter, inputs.settings);
  const { selected, skipped } = selectCases(cases, inputs, hostCpu());
  await using target = await openTarget(inputs, dependencies);
  const results = await log.group(`Run ${formatCount(selected.length, 'case')} on ${target.name}`, () =>
    executeAll(selected, target, dependencies),
  );
  signal.throwIfAborted();
  for (const { name, reason } of skipped) log.info(`Skipped ${name}: ${reason}`);
  const failed = results.filter(({ reasons }) => reasons.length > 0).length;
  const { name, layers } = target;
  return { target: name, layers, passed: results.length - failed, failed, skipped, results };
}

function openTarget(inputs: Inputs, dependencies: Dependencies): Promise<Target> {
  return inputs.target === 'emulator' ? openEmulator(inputs, dependencies) : openLambda(inputs, dependencies);
}

async function executeAll(
  cases: readonly Case[],
  target: Target,
  { log, signal, reproduce, paint }: Dependencies,
): Promise<readonly Result[]> {
  let done = 0;
  return runInParallel(
    cases,
    (test) => test.settings.memory,
    target.capacity,
    signal,
    async (test, index) => {
      const started = performance.now();
      const outcome = await target.execute(test, index);
      const milliseconds = Math.round(performance.now() - started);
      const { name, source } = test;
      const result = { name, source, milliseconds, ...outcome, reproduce: reproduce(test) };
      done += 1;
      if (!signal.aborted) logResult(result, { done, all: cases.length }, log, paint);
      return result;
    },
  );
}
