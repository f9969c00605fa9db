import { ResourceConflictException } from '@aws-sdk/client-lambda';
import { ActionError } from '../../../shared/errors.ts';
import { CallError, classifyFault, describeFault } from '../aws/faults.ts';
import { type LayerService, publicStatementId } from '../aws/lambda.ts';
import type { RequestBody } from '../aws/request-body.ts';
import { chooseWait, type Deadline, retrying, retryLimits, waitWithin } from '../aws/retry.ts';
import type { Visibility } from '../inputs.ts';
import type { Layer } from '../layers/layers.ts';
import { findContentDifferences, type ObservedVersion, type Plan, planLayer } from './plan.ts';
import { isPublic } from './policy.ts';

/** What reconciling works with in one region. */
export interface RegionContext {
  readonly region: string;
  readonly service: LayerService;
  readonly deadline: Deadline;
  readonly visibility: Visibility;
  /** Milliseconds. */
  readonly quietPeriod: number;
  readonly isDryRun: boolean;
  /** The body of a layer's request, made when the first region needs it. */
  prepareBody(layer: Layer): Promise<RequestBody>;
}

export interface Reconciled {
  readonly plan: Plan;
  /** What the region has now; undefined only in a dry run of a layer that it does not have. */
  readonly version: ObservedVersion | undefined;
  readonly notes: readonly string[];
}

/** Milliseconds between two looks at a region: after an unclear answer, and until a change is to be seen. */
export const watchInterval = 5_000;

/** Looks at the region until what was done is to be seen there. */
const readBackLooks = 6;

/**
 * Compares what a region has of a layer with what it should have, does only the difference, and reads it back.
 * Throws a CallError for a call that failed, an ActionError for a state that a person has to mend.
 */
export async function reconcileLayer(layer: Layer, context: RegionContext): Promise<Reconciled> {
  const before = await observeNewest(layer.name, context);
  const plan = planLayer(layer, context.visibility, before);
  if (context.isDryRun || plan.action === 'nothing') return { plan, version: before, notes: plan.notes };
  if (plan.action === 'withdraw') throw withdrawal(layer, context, before?.version ?? 0);
  const notes = [...plan.notes];
  const version =
    plan.action === 'publish' || before === undefined
      ? await publishOnce(layer, before?.version ?? 0, context, notes)
      : before.version;
  if (context.visibility === 'public') await grant(layer.name, version, context);
  return { plan, version: await readBack(layer, version, context, notes), notes };
}

/** A region's newest version with all that is compared. */
async function observeNewest(name: string, context: RegionContext): Promise<ObservedVersion | undefined> {
  const version = await findNewest(name, context);
  return version === undefined ? undefined : observe(name, version, context);
}

function findNewest(name: string, { service, deadline }: RegionContext): Promise<number | undefined> {
  return retrying('ListLayerVersions', deadline, () => service.findNewest(name));
}

async function observe(name: string, version: number, context: RegionContext): Promise<ObservedVersion> {
  const { service, deadline } = context;
  const description = await retrying('GetLayerVersion', deadline, () => service.describe(name, version));
  const policy = await readPolicy(name, version, context);
  return { ...description, version, isPublic: isPublic(policy, description.arn) };
}

function readPolicy(name: string, version: number, context: RegionContext): Promise<string | undefined> {
  const { service, deadline } = context;
  return retrying('GetLayerVersionPolicy', deadline, () => service.readPolicy(name, version));
}

/**
 * Sends the layer, and again only when it is certain that no version came of it: at once after a refusal for the
 * time being, after an unclear answer only when the region showed no new version for the quiet period.
 */
async function publishOnce(
  layer: Layer,
  before: number,
  context: RegionContext,
  notes: string[],
): Promise<number> {
  const { service, deadline } = context;
  const body = await context.prepareBody(layer);
  for (let attempt = 1; ; attempt++) {
    try {
      const version = await service.publish(layer, body);
      if (version > before + 1 && attempt > 1) {
        notes.push(`version ${before + 1} seems to be of an earlier try; ${version} is used`);
      }
      return version;
    } catch (error) {
      const kind = classifyFault(error);
      if (kind === 'refused') throw new CallError('PublishLayerVersion', error);
      const fault = describeFault('PublishLayerVersion', error);
      if (kind === 'unclear') {
        const late = await watchForVersion(layer, before, fault, context);
        if (late !== undefined) {
          notes.push('the answer was lost, the version was found');
          return late;
        }
      }
      if (attempt >= retryLimits.attempts) throw new CallError('PublishLayerVersion', error);
      await waitWithin(deadline, chooseWait(attempt, error, deadline.clock), fault);
    }
  }
}

/** The version that a request without an answer made after all, if one appears within the quiet period. */
async function watchForVersion(
  layer: Layer,
  before: number,
  fault: string,
  context: RegionContext,
): Promise<number | undefined> {
  const { clock } = context.deadline;
  const pending = `${fault}; it may still make a version, which the next run finds`;
  for (const end = clock.now() + context.quietPeriod; ; ) {
    await waitWithin(context.deadline, 0, pending);
    const newest = await findNewest(layer.name, context);
    if (newest !== undefined && newest > before) {
      const found = await observe(layer.name, newest, context);
      if (findContentDifferences(layer, found).length === 0) return newest;
      throw foreignVersion(layer, newest);
    }
    const left = end - clock.now();
    if (left <= 0) return undefined;
    await waitWithin(context.deadline, Math.min(watchInterval, left), pending);
  }
}

/** Makes a version public. A statement id that is taken counts only if the policy really grants everyone. */
async function grant(name: string, version: number, context: RegionContext): Promise<void> {
  const { service, deadline } = context;
  try {
    await retrying('AddLayerVersionPermission', deadline, () => service.grantEveryone(name, version));
  } catch (error) {
    const isTaken = error instanceof CallError && error.cause instanceof ResourceConflictException;
    if (!isTaken) throw error;
    if ((await observe(name, version, context)).isPublic) return;
    throw new ActionError(
      `Version ${version} has a statement "${publicStatementId}" that does not grant everyone. Remove it and run ` +
        `again: aws lambda remove-layer-version-permission --region ${context.region} --layer-name ${name} ` +
        `--version-number ${version} --statement-id ${publicStatementId}`,
      { cause: error },
    );
  }
}

/**
 * What the region has now, once it is what it should be. A second version with the same content (a lost request that
 * came through late) is newest for whoever asks: it is made public too, noted, and used.
 */
async function readBack(
  layer: Layer,
  done: number,
  context: RegionContext,
  notes: string[],
): Promise<ObservedVersion> {
  const shouldBePublic = context.visibility === 'public';
  let version = done;
  for (let look = 1; look <= readBackLooks; look++) {
    if (look > 1)
      await waitWithin(context.deadline, watchInterval, `version ${version} is not to be seen yet.`);
    const newest = (await findNewest(layer.name, context)) ?? 0;
    if (newest < version) continue;
    const found = await observe(layer.name, newest, context);
    const differences = findContentDifferences(layer, found);
    if (differences.length > 0) {
      throw newest > version ? foreignVersion(layer, newest) : wrongVersion(version, differences);
    }
    if (newest > version) {
      version = newest;
      notes.push(`version ${version} appeared with the same content, and is used`);
      if (shouldBePublic) await grant(layer.name, version, context);
    } else if (found.isPublic === shouldBePublic) {
      return found;
    }
  }
  throw notVisible(version, context.visibility);
}

function withdrawal(layer: Layer, { region }: RegionContext, version: number): ActionError {
  return new ActionError(
    `Version ${version} is public, and "visibility" is private. Others may rely on it, so nothing was changed; to ` +
      `withdraw it: aws lambda remove-layer-version-permission --region ${region} --layer-name ${layer.name} ` +
      `--version-number ${version} --statement-id ${publicStatementId}`,
  );
}

function foreignVersion(layer: Layer, version: number): ActionError {
  return new ActionError(
    `Version ${version} of ${layer.name} appeared meanwhile with other content: somebody else publishes this layer ` +
      'at the same time. Let one of the two finish, and run again.',
  );
}

function wrongVersion(version: number, differences: readonly string[]): ActionError {
  return new ActionError(
    `Version ${version} was read back with ${differences.join(', ')}. Do not use it; run again.`,
  );
}

function notVisible(version: number, visibility: Visibility): ActionError {
  return new ActionError(
    `Version ${version} was not to be seen as the newest one and ${visibility} after it was published. Run again.`,
  );
}
