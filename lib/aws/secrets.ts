/** Keys and tokens that no output may contain. */
export interface Secrets {
  add(...values: readonly (string | undefined)[]): void;
  /** Returns the text with `***` in place of each secret. */
  redact(text: string): string;
}

export function createSecrets(): Secrets {
  const secrets = new Set<string>();
  return {
    add(...values) {
      for (const value of values) if (value) secrets.add(value);
    },
    redact: (text) => [...secrets].reduce((rest, secret) => rest.replaceAll(secret, '***'), text),
  };
}

/**
 * Removes secrets from an error, its stack and its causes: a server may return the request. Changes the error in place
 * and returns it.
 */
export function redactError(error: unknown, secrets: Secrets): unknown {
  if (error instanceof Error) {
    error.message = secrets.redact(error.message);
    if (error.stack !== undefined) error.stack = secrets.redact(error.stack);
    redactError(error.cause, secrets);
  }
  return error;
}
