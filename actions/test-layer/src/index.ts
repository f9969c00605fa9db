import { relative, resolve } from 'node:path';
import { findDocker } from '#lib/docker/client.ts';
import { createRun } from '#lib/node/command.ts';
import { runAction, setOutput, writeSummary } from '#lib/node/entry.ts';
import { ActionError } from '#lib/node/errors.ts';
import { catchSignals } from '#lib/node/signals.ts';
import { replaceImage } from '#lib/sandbox/root.ts';
import { readCall, readInputs } from './inputs.ts';
import { connectLambda } from './lambda-service.ts';
import { createPaint } from './report/color.ts';
import { toMarkdown } from './report/markdown.ts';
import { reproduceCommand } from './report/reproduce.ts';
import { writeReport } from './report/write.ts';
import { hasPassed } from './report.ts';
import { testLayers } from './run.ts';

// An action is always checked out with the whole repository, so this path works from src/ and from dist/.
const recipes = resolve(import.meta.dirname, '../../../lib/sandbox/roots');

await runAction(async (log) => {
  const inputs = readInputs();
  const run = createRun(log);
  const docker = inputs.target === 'emulator' ? await findDocker(run) : 'docker';
  const call = readCall(relative('.', process.argv[1] ?? ''));
  const reproduce = ({ name }: { readonly name: string }) => reproduceCommand(call, name);
  const paint = createPaint([process.stdout, process.stderr], process.env);
  const { signal, release } = catchSignals();
  const report = await testLayers(inputs, {
    run,
    docker,
    log,
    signal,
    images: replaceImage(inputs.baseImage),
    recipes,
    connectLambda,
    reproduce,
    paint,
  }).finally(release);
  if (inputs.report !== undefined) await writeReport(inputs.report, report);
  setOutput('passed', String(report.passed));
  setOutput('failed', String(report.failed));
  setOutput('report', inputs.report ?? '');
  await writeSummary(toMarkdown(report));
  log.info(`${report.passed} passed, ${report.failed} failed on ${report.target}`);
  if (report.failed > 0) {
    const names = report.results.filter((result) => !hasPassed(result)).map(({ name }) => name);
    throw new ActionError(
      `${report.failed} of ${report.results.length} layer tests failed: ${names.join(', ')}.`,
    );
  }
});
