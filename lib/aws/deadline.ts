import { ActionError } from '#lib/node/errors.ts';
import { type Clock, sleep } from './clock.ts';

/**
 * Time limit of one region. The time runs only while the region works, and not while it waits for its turn to upload or
 * for other regions.
 */
export class Deadline {
  readonly clock: Clock;
  readonly #controller = new AbortController();
  #budgetMs: number;
  #runningSince: number | undefined;
  #cancelTimer: () => void = () => {};

  /** Creates a paused deadline. */
  constructor(clock: Clock, budgetMs: number) {
    this.clock = clock;
    this.#budgetMs = budgetMs;
  }

  /** Aborted at the deadline. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get remainingMs(): number {
    const elapsedMs = this.#runningSince === undefined ? 0 : this.clock.now() - this.#runningSince;
    return Math.max(0, this.#budgetMs - elapsedMs);
  }

  resume(): void {
    if (this.#runningSince !== undefined) return;
    this.#runningSince = this.clock.now();
    this.#cancelTimer = this.clock.schedule(this.#budgetMs, () => this.#controller.abort());
  }

  pause(): void {
    this.#budgetMs = this.remainingMs;
    this.#runningSince = undefined;
    this.#cancelTimer();
  }
}

/**
 * Waits for a duration.
 *
 * @param reason reason for the wait, for the error
 * @throws ActionError if the deadline comes first
 */
export async function waitWithin(deadline: Deadline, durationMs: number, reason: string): Promise<void> {
  if (durationMs >= deadline.remainingMs) {
    throw new ActionError(`The time limit of this region ("timeout") was reached: ${reason}`);
  }
  await sleep(deadline.clock, durationMs);
}
