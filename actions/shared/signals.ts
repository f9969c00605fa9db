import { ActionError } from './errors.ts';

/** Turns Ctrl-C and a cancelled job into an aborted signal, so that what was started is removed, until released. */
export function catchSignals(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => controller.abort(new ActionError(`Stopped by ${name}.`));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return { signal: controller.signal, release: () => process.off('SIGINT', stop).off('SIGTERM', stop) };
}
