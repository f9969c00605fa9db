/**
 * A failure that the user can fix. The message names the value, the rule and the fix, and is shown without a stack. Any
 * other error is a defect and is shown with its stack.
 */
export class ActionError extends Error {
  override name = 'ActionError';
}

/** An input that breaks its rule. It is thrown before any work starts. */
export class InputError extends ActionError {
  override name = 'InputError';

  // The form with three arguments is deprecated: the pattern that it fills does not suit every rule.
  constructor(sentence: string, rule?: string, value?: string) {
    super(rule === undefined ? sentence : `Input "${sentence}" ${rule}; got ${JSON.stringify(value)}.`);
  }
}

/** Returns the message of a thrown value, followed by the messages of its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message === '' ? error.name : error.message;
  return error.cause === undefined ? message : `${message}\n  caused by: ${describeError(error.cause)}`;
}
