import { describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

/** Deletes something. What cannot be deleted is named, and keeps nothing else from being so. */
export async function deleteOrName(
  kind: 'Layer' | 'Function',
  name: string,
  remove: () => Promise<void>,
  log: Logger,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    log.error(`${kind} ${name} is left behind, delete it by hand: ${describeError(error)}`);
  }
}
