import { constants } from 'node:os';
import { ActionError } from './errors.ts';

/** Time in which the same Ctrl-C may arrive twice: from the terminal, and from a parent process that forwards it. */
const duplicateWindowMs = 1000;

/** The work was stopped by a signal. */
export class Stopped extends ActionError {
  override name = 'Stopped';

  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
    this.exitCode = exitCodeOf(signal);
  }
}

/** Returns the exit code that a shell reports for a program that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Ctrl-C, a canceled job, and a closed terminal. */
const caughtSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turns Ctrl-C, a canceled job and a closed terminal into an aborted signal, so that the caller can clean up. A second
 * signal ends the process at once.
 *
 * @returns the signal, and a function that restores the default behavior
 */
export function catchSignals(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  let first: number | undefined;
  const stop = (name: NodeJS.Signals) => {
    first ??= performance.now();
    if (performance.now() - first > duplicateWindowMs) process.exit(exitCodeOf(name));
    if (name === 'SIGHUP') ignoreOutputErrors();
    controller.abort(new Stopped(name));
  };
  for (const name of caughtSignals) process.on(name, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of caughtSignals) process.off(name, stop);
    },
  };
}

/** Writing to a closed terminal fails. That must not end the process before it has cleaned up. */
function ignoreOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
