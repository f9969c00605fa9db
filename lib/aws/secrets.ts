/** Texts that must not be seen: keys and tokens as they come to be known. */
export interface Secrets {
  keep(...values: readonly (string | undefined)[]): void;
  /** The text with `***` in their place. */
  redact(text: string): string;
}

export function createSecrets(): Secrets {
  const known = new Set<string>();
  return {
    keep(...values) {
      for (const value of values) if (value) known.add(value);
    },
    redact: (text) => [...known].reduce((rest, secret) => rest.replaceAll(secret, '***'), text),
  };
}

/**
 * The error with no secret in its message: a server may answer with what it was sent. Its causes are changed too.
 */
export function redactError(error: unknown, secrets: Secrets): unknown {
  if (error instanceof Error) {
    error.message = secrets.redact(error.message);
    if (error.stack !== undefined) error.stack = secrets.redact(error.stack);
    redactError(error.cause, secrets);
  }
  return error;
}
