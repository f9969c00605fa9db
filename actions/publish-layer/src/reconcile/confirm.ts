import { ResourceConflictException } from '@aws-sdk/client-lambda';
import { CallError } from '#lib/aws/call-error.ts';
import { waitWithin } from '#lib/aws/deadline.ts';
import { describeGrant, type Grant, readGrants } from '#lib/aws/grants.ts';
import type { LayerVersionState } from '#lib/aws/layer-version-state.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { ActionError } from '#lib/node/errors.ts';
import { findContentDifferences, findMissingGrants } from './plan-layer.ts';
import { foreignVersionError } from './publish.ts';
import type { RegionContext } from './region-context.ts';
import { watchIntervalMs } from './watch.ts';

/** A layer version that was published or found, and its known grants. */
export type Done = Pick<LayerVersionState, 'version' | 'grants'>;

/** Number of reads after which a change that is still not visible counts as failed. */
const maxReads = 6;

/**
 * Reads back a layer version and grants it. A layer version with different content is never granted. If a newer one has
 * the same content (from a lost request that was processed late), the newer one is noted, granted and returned.
 */
export async function confirm(
  layer: Layer,
  done: Done,
  context: RegionContext,
  notes: string[],
): Promise<LayerVersionState> {
  const found = await readBack(layer, done, context, notes);
  const grants = await grantMissing(layer, found, context);
  return { ...found, grants };
}

async function readBack(
  layer: Layer,
  done: Done,
  context: RegionContext,
  notes: string[],
): Promise<LayerVersionState> {
  const { version } = done;
  for (let read = 1; read <= maxReads; read++) {
    const newest = (await context.api.findNewest(layer.name)) ?? 0;
    if (newest < version) {
      await waitWithin(context.deadline, watchIntervalMs, `version ${version} is not visible yet.`);
      continue;
    }
    const description = await context.api.describe(layer.name, newest);
    const differences = findContentDifferences(layer, description);
    if (differences.length > 0) {
      throw newest > version ? foreignVersionError(layer, newest) : wrongVersionError(newest, differences);
    }
    if (newest === version) return { ...description, ...done };
    notes.push(`version ${newest} appeared later with the same content and is used`);
    return { ...description, version: newest, grants: [] };
  }
  throw new ActionError(
    `Version ${version} was published but is not visible as the newest one. Run again: the layer is not sent again ` +
      'once the version is visible.',
  );
}

/** Adds the missing grants and reads the policy until it has them. */
async function grantMissing(
  layer: Layer,
  { version, arn, grants: known }: LayerVersionState,
  context: RegionContext,
): Promise<LayerVersionState['grants']> {
  const { api, deadline, goal } = context;
  const readPolicy = async () => readGrants(await api.readPolicy(layer.name, version), arn);
  for (const grant of findMissingGrants(goal, known)) {
    await addGrant(layer.name, version, grant, readPolicy, context);
  }
  for (let read = 1; ; read++) {
    const grants = await readPolicy();
    const missing = findMissingGrants(goal, grants).map(describeGrant);
    if (missing.length === 0) return grants;
    const fault = `Version ${version} was granted to ${missing.join(', ')}, but its policy does not show it.`;
    if (read >= maxReads) throw new ActionError(`${fault} Run again.`);
    await waitWithin(deadline, watchIntervalMs, fault);
  }
}

/** If the statement id is taken, the policy decides whether that statement is the wanted grant. */
async function addGrant(
  name: string,
  version: number,
  grant: Grant,
  readPolicy: () => Promise<LayerVersionState['grants']>,
  { api, region }: RegionContext,
): Promise<void> {
  try {
    await api.grant(name, version, grant);
  } catch (error) {
    const isTaken = error instanceof CallError && error.cause instanceof ResourceConflictException;
    if (!isTaken) throw error;
    if ((await readPolicy()).some(({ grantee }) => grantee === describeGrant(grant))) return;
    throw new ActionError(
      `Version ${version} has a statement "${grant.statementId}" that does not grant ${describeGrant(grant)}. ` +
        `Remove it and run again: ${withdrawCommand(region, name, version, grant.statementId)}`,
      { cause: error },
    );
  }
}

/** Returns the command that withdraws a grant. Only a person runs it; this action never does. */
export function withdrawCommand(region: string, name: string, version: number, statementId: string): string {
  return (
    `aws lambda remove-layer-version-permission --region ${region} --layer-name ${name} ` +
    `--version-number ${version} --statement-id ${statementId}`
  );
}

function wrongVersionError(version: number, differences: readonly string[]): ActionError {
  return new ActionError(
    `Version ${version} was read back with ${differences.join(', ')}. It was not granted. Run again.`,
  );
}
