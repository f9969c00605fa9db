/**
 * A failure that the person running the action can do something about: its message is one readable text that
 * names the value, the rule and the remedy. Anything else that is thrown is a defect and is shown with its stack.
 */
export class ActionError extends Error {
  override name = 'ActionError';
}

/** An input that breaks its rule. Thrown before any work starts. */
export class InputError extends ActionError {
  override name = 'InputError';

  // The form with three arguments is on its way out: a whole sentence reads better than a frame.
  constructor(sentence: string, rule?: string, value?: string) {
    super(rule === undefined ? sentence : `Input "${sentence}" ${rule}; got ${JSON.stringify(value)}.`);
  }
}

/** The message of whatever was thrown, with the messages of its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message === '' ? error.name : error.message;
  return error.cause === undefined ? own : `${own}\n  caused by: ${describeError(error.cause)}`;
}
