import { ActionError, describeError } from './errors.ts';
import { createLogger } from './logger.ts';

/**
 * Runs a command of this repository. An ActionError or a wrong option is reported by its message, with the exit code
 * `failure`. Any other error is a defect and keeps its stack.
 *
 * @param main the work; a number that it returns is the exit code
 */
export async function runTool(main: () => Promise<unknown>, failure = 1): Promise<void> {
  try {
    const exitCode = await main();
    if (typeof exitCode === 'number') process.exitCode = exitCode;
  } catch (error) {
    if (!(error instanceof ActionError || isWrongOption(error))) throw error;
    createLogger(false).error(describeToolError(error));
    process.exitCode = failure;
  }
}

/** Returns the message of an error like `describeError`, and mentions --help after a wrong option. */
export function describeToolError(error: unknown): string {
  return `${describeError(error)}${isWrongOption(error) ? '\n--help lists the options.' : ''}`;
}

/** Returns whether util.parseArgs threw the error, for an unknown option or a missing value. */
function isWrongOption(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
