import { relative } from 'node:path';
import { createRun } from '../../shared/command.ts';
import { findDocker } from '../../shared/docker.ts';
import { runAction, setOutput, writeSummary } from '../../shared/entry.ts';
import { ActionError } from '../../shared/errors.ts';
import { catchSignals } from '../../shared/signals.ts';
import { readCall, readInputs } from './inputs.ts';
import { connectLambda } from './lambda/service.ts';
import { toMarkdown } from './report/markdown.ts';
import { hasPassed } from './report/report.ts';
import { reproduceCommand } from './report/reproduce.ts';
import { writeReport } from './report/write.ts';
import { testLayers } from './run.ts';
import { baseImages } from './sandbox/root.ts';

await runAction(async (log) => {
  const inputs = readInputs();
  const run = createRun(log);
  const docker = inputs.target === 'emulator' ? await findDocker(run) : 'docker';
  const call = readCall(relative('.', process.argv[1] ?? ''));
  const reproduce = ({ name }: { readonly name: string }) => reproduceCommand(call, name);
  const { signal, release } = catchSignals();
  const needs = { run, docker, log, signal, images: baseImages, connectLambda, reproduce };
  const report = await testLayers(inputs, needs).finally(release);
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
