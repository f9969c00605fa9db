import { waitWithin } from '#lib/aws/deadline.ts';
import { readGrants } from '#lib/aws/grants.ts';
import type { ObservedVersion } from './plan-layer.ts';
import type { RegionContext } from './region-context.ts';

/** Milliseconds between two looks at a region: after an unclear answer, and until a change is to be seen. */
export const watchInterval = 5_000;

/** A region's newest version with all that is compared. */
export async function observeNewest(
  name: string,
  context: Pick<RegionContext, 'api'>,
): Promise<ObservedVersion | undefined> {
  const version = await context.api.findNewest(name);
  return version === undefined ? undefined : observe(name, version, context);
}

export async function observe(
  name: string,
  version: number,
  { api }: Pick<RegionContext, 'api'>,
): Promise<ObservedVersion> {
  const description = await api.describe(name, version);
  const policy = await api.readPolicy(name, version);
  return { ...description, version, grants: readGrants(policy, description.arn) };
}

/**
 * The number of the first version after `before` that is to be seen until the time `until`, if one is. That there is
 * none is believed only of an answer to what was asked then: one that took long says what was when it was asked.
 *
 * @param pending what is waited for, should the region's own time be up before
 */
export async function watchFor(
  name: string,
  before: number,
  until: number,
  pending: string,
  { api, deadline }: RegionContext,
): Promise<number | undefined> {
  for (;;) {
    await waitWithin(deadline, 0, pending);
    const asked = deadline.clock.now();
    const newest = await api.findNewest(name);
    if (newest !== undefined && newest > before) return newest;
    if (asked >= until) return undefined;
    const left = Math.max(0, until - deadline.clock.now());
    await waitWithin(deadline, Math.min(watchInterval, left), pending);
  }
}
