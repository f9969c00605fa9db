import { ActionError } from '#lib/node/errors.ts';
import { type Clock, sleep } from './clock.ts';

/**
 * The time that one region may take. It runs only while the region itself is at work: not while it waits for its turn
 * to upload, or for other regions.
 */
export class Deadline {
  readonly clock: Clock;
  readonly #abort = new AbortController();
  #left: number;
  #runningSince: number | undefined;
  #callOff: () => void = () => {};

  /** Does not run before `resume`. */
  constructor(clock: Clock, milliseconds: number) {
    this.clock = clock;
    this.#left = milliseconds;
  }

  /** Gives up what is under way when the time is up. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Milliseconds. */
  get remaining(): number {
    const ran = this.#runningSince === undefined ? 0 : this.clock.now() - this.#runningSince;
    return Math.max(0, this.#left - ran);
  }

  resume(): void {
    if (this.#runningSince !== undefined) return;
    this.#runningSince = this.clock.now();
    this.#callOff = this.clock.after(this.#left, () => this.#abort.abort());
  }

  pause(): void {
    this.#left = this.remaining;
    this.#runningSince = undefined;
    this.#callOff();
  }
}

/** Waits, unless the time is up first: then throws an ActionError that says what there was to wait for. */
export async function waitWithin(deadline: Deadline, milliseconds: number, what: string): Promise<void> {
  if (milliseconds >= deadline.remaining) {
    throw new ActionError(`The time for this region ("timeout") is used up: ${what}`);
  }
  await sleep(deadline.clock, milliseconds);
}
