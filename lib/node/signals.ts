import { constants } from 'node:os';
import { ActionError } from './errors.ts';

/** Milliseconds in which one Ctrl-C may arrive twice: from the terminal, and from a parent that passes it on. */
const echo = 1000;

/** What is thrown where a signal ended the work. */
export class Stopped extends ActionError {
  override name = 'Stopped';

  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
    this.exitCode = exitCodeOf(signal);
  }
}

/** What a shell answers for a program that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Ctrl-C, a cancelled job, and a terminal that was closed. */
const caught = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns Ctrl-C, a cancelled job and a closed terminal into an aborted signal, so that what was started is removed, until
 * released. Who cannot wait for that sends a second one: then the process ends at once.
 */
export function catchSignals(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = (name: NodeJS.Signals) => {
    first ??= performance.now();
    if (performance.now() - first > echo) process.exit(exitCodeOf(name));
    if (name === 'SIGHUP') ignoreDeafness();
    controller.abort(new Stopped(name));
  };
  for (const name of caught) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of caught) process.off(name, stop);
    },
  };
}

/** A terminal that was closed takes no more words; that must not end the process before it has cleaned up. */
function ignoreDeafness(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
