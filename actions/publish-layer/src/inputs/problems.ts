import { ActionError } from '#lib/node/errors.ts';

/** Collects all problems of inputs and files, so that a run reports them together and before any request. */
export class Problems {
  readonly #messages: string[] = [];

  add(...messages: readonly string[]): void {
    this.#messages.push(...messages);
  }

  /** Returns the result of `read`. If it throws an ActionError, adds the message and returns the fallback. */
  collect<T>(read: () => T, fallback: T): T {
    try {
      return read();
    } catch (error) {
      this.#addError(error);
      return fallback;
    }
  }

  /** Like `collect`, for an asynchronous `read`. */
  async collectAsync<T>(read: () => Promise<T>, fallback: T): Promise<T> {
    try {
      return await read();
    } catch (error) {
      this.#addError(error);
      return fallback;
    }
  }

  #addError(error: unknown): void {
    if (!(error instanceof ActionError)) throw error;
    this.add(error.message);
  }

  /** @throws ActionError with all problems, if there are any */
  assertNone(): void {
    const [first, ...others] = this.#messages;
    if (first === undefined) return;
    if (others.length === 0) throw new ActionError(first);
    const lines = this.#messages.map((message) => `- ${message}`);
    throw new ActionError(`${lines.length} problems were found, and nothing was sent:\n${lines.join('\n')}`);
  }
}
