import { ActionError } from '#lib/node/errors.ts';

/** Everything that is wrong with what was given, so that it is told at once and before any request. */
export class Problems {
  readonly #messages: string[] = [];

  add(...messages: readonly string[]): void {
    this.#messages.push(...messages);
  }

  /** What `read` gives; where it throws an ActionError, that is kept, and the fallback serves to look further. */
  collect<T>(read: () => T, fallback: T): T {
    try {
      return read();
    } catch (error) {
      this.#keep(error);
      return fallback;
    }
  }

  /** As `collect`. */
  async collectAsync<T>(read: () => Promise<T>, fallback: T): Promise<T> {
    try {
      return await read();
    } catch (error) {
      this.#keep(error);
      return fallback;
    }
  }

  #keep(error: unknown): void {
    if (!(error instanceof ActionError)) throw error;
    this.add(error.message);
  }

  /** Throws one ActionError with all of them, where there are any. */
  assertNone(): void {
    if (this.#messages.length === 0) return;
    const [only = ''] = this.#messages;
    throw new ActionError(
      this.#messages.length === 1
        ? only
        : `${this.#messages.length} things are wrong, and nothing was sent:\n${this.#messages.map((message) => `- ${message}`).join('\n')}`,
    );
  }
}
