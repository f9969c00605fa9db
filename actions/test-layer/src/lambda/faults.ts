import { describeFault } from '#lib/aws/faults.ts';
import { findFix } from '#lib/aws/fixes.ts';
import { ActionError } from '#lib/node/errors.ts';

/**
 * Makes a call to AWS, and explains its failure.
 *
 * @param place service and region, for the error
 * @throws ActionError with the place, the error code, the request id and, if known, the fix
 */
export async function callAws<T>(place: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof ActionError) throw cause;
    const fix = findFix(cause);
    throw new ActionError(`${describeFault(place, cause)}${fix === undefined ? '' : `\n${fix}`}`, { cause });
  }
}
