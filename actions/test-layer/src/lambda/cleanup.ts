import { describeError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

/** Deletes a resource. If this fails, it logs the name of the resource as an error, so that other deletions continue. */
export async function deleteOrLog(
  kind: 'Layer' | 'Function',
  name: string,
  remove: () => Promise<void>,
  log: Logger,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    log.error(`${kind} ${name} could not be deleted. Delete it yourself. ${describeError(error)}`);
  }
}
