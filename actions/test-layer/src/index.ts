import { createRun } from '../../shared/command.ts';
import { findDocker } from '../../shared/docker.ts';
import { runAction, setOutput, writeSummary } from '../../shared/entry.ts';
import { ActionError } from '../../shared/errors.ts';
import { readInputs } from './inputs.ts';
import { toMarkdown } from './report.ts';
import { baseImages } from './root.ts';
import { testLayers } from './run.ts';

await runAction(async (log) => {
  const inputs = readInputs();
  const run = createRun(log);
  const docker = await findDocker(run);
  const { signal, release } = catchSignals();
  const report = await testLayers(inputs, { run, docker, log, signal, images: baseImages }).finally(release);
  setOutput('passed', String(report.passed));
  setOutput('failed', String(report.failed));
  await writeSummary(toMarkdown(report));
  log.info(`${report.passed} passed, ${report.failed} failed on ${report.root}`);
  if (report.failed > 0) {
    const names = report.results.filter(({ passed }) => !passed).map(({ name }) => name);
    throw new ActionError(
      `${report.failed} of ${report.results.length} layer tests failed: ${names.join(', ')}.`,
    );
  }
});

/** Turns Ctrl-C and a cancelled job into an aborted signal, so that what was started is removed, until released. */
function catchSignals(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => controller.abort(new ActionError(`Stopped by ${name}.`));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return { signal: controller.signal, release: () => process.off('SIGINT', stop).off('SIGTERM', stop) };
}
