import { ResourceConflictException } from '@aws-sdk/client-lambda';
import { CallError } from '#lib/aws/call-error.ts';
import { waitWithin } from '#lib/aws/deadline.ts';
import { describeGrant, readGrants } from '#lib/aws/grants.ts';
import type { Grant } from '#lib/aws/lambda.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { ActionError } from '#lib/node/errors.ts';
import { watchInterval } from './observe.ts';
import { findContentDifferences, findMissingGrants, type ObservedVersion } from './plan-layer.ts';
import { foreignVersion } from './publish.ts';
import type { RegionContext } from './region-context.ts';

/** A version that was made or found, and what it is known to be granted. */
export type Done = Pick<ObservedVersion, 'version' | 'grants'>;

/** Looks at the region until what was done is to be seen there. */
const looks = 6;

/**
 * Reads back what was done, and grants it: what has not the right content is never granted. A second version with the
 * same content (a lost request that came through late) is newest for whoever asks: it is noted, and used.
 */
export async function confirm(
  layer: Layer,
  done: Done,
  context: RegionContext,
  notes: string[],
): Promise<ObservedVersion> {
  const seen = await findContent(layer, done, context, notes);
  const grants = await grantMissing(layer, seen, context);
  return { ...seen, grants };
}

async function findContent(
  layer: Layer,
  done: Done,
  context: RegionContext,
  notes: string[],
): Promise<ObservedVersion> {
  const { version } = done;
  for (let look = 1; look <= looks; look++) {
    const newest = (await context.api.findNewest(layer.name)) ?? 0;
    if (newest < version) {
      await waitWithin(context.deadline, watchInterval, `version ${version} is not to be seen yet.`);
      continue;
    }
    const description = await context.api.describe(layer.name, newest);
    const differences = findContentDifferences(layer, description);
    if (differences.length > 0) {
      throw newest > version ? foreignVersion(layer, newest) : wrongVersion(newest, differences);
    }
    if (newest === version) return { ...description, ...done };
    notes.push(`version ${newest} appeared with the same content, and is used`);
    return { ...description, version: newest, grants: [] };
  }
  throw new ActionError(
    `Version ${version} was published, and is not to be seen as the newest one. Run again: it is not sent anew once it is.`,
  );
}

/** Grants what is missing, and reads the policy until it says so. */
async function grantMissing(
  layer: Layer,
  { version, arn, grants: known }: ObservedVersion,
  context: RegionContext,
): Promise<ObservedVersion['grants']> {
  const { api, deadline, goal } = context;
  const read = async () => readGrants(await api.readPolicy(layer.name, version), arn);
  for (const grant of findMissingGrants(goal, known))
    await grantOnce(layer.name, version, grant, read, context);
  for (let look = 1; ; look++) {
    const grants = await read();
    const missing = findMissingGrants(goal, grants).map(describeGrant);
    if (missing.length === 0) return grants;
    const fault = `Version ${version} was granted to ${missing.join(', ')}, and its policy does not say so.`;
    if (look >= looks) throw new ActionError(`${fault} Run again.`);
    await waitWithin(deadline, watchInterval, fault);
  }
}

/** A statement id that is taken counts only if the policy was read and really grants what it should. */
async function grantOnce(
  name: string,
  version: number,
  grant: Grant,
  read: () => Promise<ObservedVersion['grants']>,
  { api, region }: RegionContext,
): Promise<void> {
  try {
    await api.grant(name, version, grant);
  } catch (error) {
    const isTaken = error instanceof CallError && error.cause instanceof ResourceConflictException;
    if (!isTaken) throw error;
    if ((await read()).some(({ to }) => to === describeGrant(grant))) return;
    throw new ActionError(
      `Version ${version} has a statement "${grant.statementId}" that does not grant ${describeGrant(grant)}. ` +
        `Remove it and run again: ${withdrawCommand(region, name, version, grant.statementId)}`,
      { cause: error },
    );
  }
}

/** What a person runs to take a grant away; this action never does. */
export function withdrawCommand(region: string, name: string, version: number, statementId: string): string {
  return (
    `aws lambda remove-layer-version-permission --region ${region} --layer-name ${name} ` +
    `--version-number ${version} --statement-id ${statementId}`
  );
}

function wrongVersion(version: number, differences: readonly string[]): ActionError {
  return new ActionError(
    `Version ${version} was read back with ${differences.join(', ')}. It was granted to nobody; run again.`,
  );
}
