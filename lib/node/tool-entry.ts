import { ActionError, describeError } from './errors.ts';

/**
 * Runs a command of this repository: what the person who started it can mend is told in words, with the exit code
 * `failure`; a defect keeps its stack.
 *
 * @param main may give the exit code, a number, of a run that came to its end
 */
export async function runScript(main: () => Promise<unknown>, failure = 1): Promise<void> {
  try {
    const exitCode = await main();
    if (typeof exitCode === 'number') process.exitCode = exitCode;
  } catch (error) {
    if (!(error instanceof ActionError || isWrongOption(error))) throw error;
    console.error(
      `Error: ${describeError(error)}${isWrongOption(error) ? '\n--help lists the options.' : ''}`,
    );
    process.exitCode = failure;
  }
}

/** What util.parseArgs throws for an option that is none, or that lacks its value. */
function isWrongOption(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
