import * as core from '@actions/core';
import { ActionError, describeError } from './errors.ts';
import { createLogger, type Logger } from './logger.ts';
import { Stopped } from './signals.ts';

/**
 * The one place of an action where an error becomes a failed step: known failures as their message, defects with
 * their stack. On a laptop the same text goes to stderr, without GitHub's markup. The exit code is 1 either way, or a shell's
 * for what a signal ended.
 */
export async function runAction(main: (log: Logger) => Promise<void>): Promise<void> {
  const isGitHub = process.env.GITHUB_ACTIONS === 'true';
  try {
    await main(createLogger(isGitHub));
  } catch (error) {
    const message =
      error instanceof ActionError || !(error instanceof Error)
        ? describeError(error)
        : (error.stack ?? describeError(error));
    if (isGitHub) core.setFailed(message);
    else console.error(`Error: ${message}`);
    process.exitCode = error instanceof Stopped ? error.exitCode : 1;
  }
}

/** Sets a step's output; on a laptop, where no runner collects it, nothing (the files are the result there). */
export function setOutput(name: string, value: string): void {
  if (process.env.GITHUB_OUTPUT) core.setOutput(name, value);
}

/** Appends Markdown to the job summary where there is one. */
export async function writeSummary(markdown: string): Promise<void> {
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown, true).write();
}
