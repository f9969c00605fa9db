import { waitWithin } from '#lib/aws/deadline.ts';
import type { RegionContext } from './region-context.ts';

/** Time between two reads of a region: after an unclear response, and until a change is visible. */
export const watchIntervalMs = 5_000;

/**
 * Watches a region for a layer version newer than `before` and returns its number; undefined if there is none at the
 * end. Only a request that was sent at or after `until` can prove that there is none: a slow response to an earlier
 * request may show an older state.
 *
 * @param until end of the watch, in milliseconds since 1970
 * @param pending description of the awaited request, for the error at the region's deadline
 */
export async function watchForVersion(
  name: string,
  before: number,
  until: number,
  pending: string,
  { api, deadline }: RegionContext,
): Promise<number | undefined> {
  for (;;) {
    await waitWithin(deadline, 0, pending);
    const requestedAt = deadline.clock.now();
    const newest = await api.findNewest(name);
    if (newest !== undefined && newest > before) return newest;
    if (requestedAt >= until) return undefined;
    const remainingMs = Math.max(0, until - deadline.clock.now());
    await waitWithin(deadline, Math.min(watchIntervalMs, remainingMs), pending);
  }
}
