import { ActionError, describeError } from '#lib/node/errors.ts';
import { classifyFault, describeFault } from './faults.ts';
import { findFix } from './fixes.ts';

/** A call to AWS that failed and is not retried: the operation, the response and the fix. */
export class CallError extends ActionError {
  override name = 'CallError';
  readonly fix: string;

  constructor(operation: string, cause: unknown) {
    super(describeFault(operation, cause), { cause });
    this.fix = findFix(cause) ?? suggestRerun(cause);
  }
}

function suggestRerun(error: unknown): string {
  return classifyFault(error) === 'refused'
    ? 'Correct the cause and run again: finished work stays.'
    : 'Run again: finished work stays, and only the rest is sent.';
}

/**
 * Returns the fix if a region does not know the credentials.
 *
 * @param isValid whether STS still accepts the credentials, in a region that every account has
 * @param isOptIn whether accounts have to enable the region
 */
export function explainUnknownToken(isValid: boolean, isOptIn: boolean): string {
  if (!isValid) return 'STS does not accept the credentials either. Get new ones and run again.';
  return isOptIn
    ? 'The credentials work elsewhere, so the account has not enabled this region. Enable it (AWS Account ' +
        'Management, Regions) or remove it from the list of regions. This region also refuses session tokens of the ' +
        'global STS endpoint; use a regional endpoint.'
    : 'The credentials work elsewhere, and every account has this region. Run again.';
}

/**
 * Describes a failure and its fix.
 *
 * @param fix replacement for the error's own fix
 */
export function explainFailure(error: unknown, fix?: string | undefined): string {
  if (!(error instanceof ActionError)) return describeError(error);
  const advice = fix ?? (error instanceof CallError ? error.fix : '');
  return advice === '' ? error.message : `${error.message.replace(/\.?$/, '.')} ${advice}`;
}
