import * as core from '@actions/core';
import { ActionError, describeError } from './errors.ts';
import { createLogger, type Logger } from './logger.ts';
import { Stopped } from './signals.ts';

/**
 * Runs an action and turns an error into a failed step. This is the only place that does so. An ActionError is
 * reported by its message, any other error by its stack. The exit code is 1, or 128 plus the signal's number if a
 * signal stopped the action.
 */
export async function runAction(main: (log: Logger) => Promise<void>): Promise<void> {
  const isGitHub = process.env.GITHUB_ACTIONS === 'true';
  const log = createLogger(isGitHub);
  try {
    await main(log);
  } catch (error) {
    const message =
      error instanceof ActionError || !(error instanceof Error)
        ? describeError(error)
        : (error.stack ?? describeError(error));
    if (isGitHub) core.setFailed(message);
    else log.error(message);
    process.exitCode = error instanceof Stopped ? error.exitCode : 1;
  }
}

/** Sets an output of the step. Outside a workflow it does nothing. */
export function setOutput(name: string, value: string): void {
  if (process.env.GITHUB_OUTPUT) core.setOutput(name, value);
}

/** Appends Markdown to the job summary. Outside a workflow it does nothing. */
export async function writeSummary(markdown: string): Promise<void> {
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown, true).write();
}
