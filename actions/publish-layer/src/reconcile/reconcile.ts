import { CallError } from '#lib/aws/call-error.ts';
import { isUnknownToken } from '#lib/aws/faults.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { ActionError } from '#lib/node/errors.ts';
import { confirm, type Done, withdrawCommand } from './confirm.ts';
import { observeNewest, watchFor } from './observe.ts';
import { findSurplusGrants, type ObservedVersion, type Plan, planLayer } from './plan-layer.ts';
import { publishOnce } from './publish.ts';
import type { RegionContext } from './region-context.ts';

export interface Reconciled {
  readonly plan: Plan;
  /** What the region has now; undefined only in a dry run of a layer that it does not have. */
  readonly version: ObservedVersion | undefined;
  readonly notes: readonly string[];
}

/**
 * Compares what a region has of a layer with what it should have, does only the difference, and reads it back.
 * Throws a CallError for a call that failed, an ActionError for a state that a person has to mend.
 */
export async function reconcileLayer(layer: Layer, context: RegionContext): Promise<Reconciled> {
  const notes: string[] = [];
  const { plan, newest } = await decide(layer, context, notes);
  notes.push(...plan.notes);
  if (context.isDryRun) return { plan, version: newest, notes };
  if (plan.action === 'withdraw' && newest !== undefined) throw withdrawal(layer, newest, plan, context);
  if (plan.action === 'nothing' && newest !== undefined) {
    await askStranger(layer, newest, context, notes);
    return { plan, version: newest, notes };
  }
  const done =
    plan.action === 'publish' || newest === undefined
      ? { version: await publishOnce(layer, newest?.version ?? 0, context, notes), grants: [] }
      : newest;
  return { plan, version: await settle(layer, done, context, notes), notes };
}

/** Publishes the same content again until the region has the number `target`; never less than once. */
export async function raiseVersion(
  layer: Layer,
  { from, target }: { readonly from: number; readonly target: number },
  context: RegionContext,
): Promise<Omit<Reconciled, 'plan'>> {
  const notes = [`published ${target - from} more times, to reach version ${target}`];
  let version = (await awaitEarlier(layer, from, context, notes)) ?? from;
  while (version < target) version = await publishOnce(layer, version, context, notes);
  return { version: await settle(layer, { version, grants: [] }, context, notes), notes };
}

/** A last look where a request got no clear answer: a version that came of it late is granted and used. */
export async function lookAgain(
  layer: Layer,
  seen: ObservedVersion,
  context: RegionContext,
): Promise<Omit<Reconciled, 'plan'>> {
  const notes: string[] = [];
  return { version: await confirm(layer, seen, context, notes), notes };
}

async function settle(
  layer: Layer,
  done: Done,
  context: RegionContext,
  notes: string[],
): Promise<ObservedVersion> {
  const version = await confirm(layer, done, context, notes);
  await context.journal.settled(context.region, layer.name);
  await askStranger(layer, version, context, notes);
  return version;
}

/**
 * What there is, and what is to be done. Where a request of an earlier run may still come through, a layer that would
 * be published waits for it first.
 */
async function decide(
  layer: Layer,
  context: RegionContext,
  notes: string[],
): Promise<{ readonly plan: Plan; readonly newest: ObservedVersion | undefined }> {
  const { goal, journal, region } = context;
  const newest = await observeNewest(layer.name, context);
  const plan = planLayer(layer, goal, newest);
  const open = journal.findOpen(region, layer.name);
  const hasCome = open !== undefined && newest !== undefined && newest.version > open.before;
  if (hasCome) await journal.settled(region, layer.name);
  if (plan.action !== 'publish') return { plan, newest };
  const late = await awaitEarlier(layer, newest?.version ?? 0, context, notes);
  if (late === undefined) return { plan, newest };
  const seen = await observeNewest(layer.name, context);
  return { plan: planLayer(layer, goal, seen), newest: seen };
}

/** Waits for a request of an earlier run as long as it may still come through; the version that it made, if it did. */
async function awaitEarlier(
  layer: Layer,
  newest: number,
  context: RegionContext,
  notes: string[],
): Promise<number | undefined> {
  const { journal, region } = context;
  const open = journal.findOpen(region, layer.name);
  if (open === undefined) return undefined;
  context.say(`${layer.name}: an earlier run ended while it was sent; watching for what comes of it`);
  const pending = 'a request of an earlier run may still make a version, which the next run finds';
  const late = await watchFor(layer.name, newest, open.until, pending, context);
  await journal.settled(region, layer.name);
  if (late !== undefined) notes.push(`version ${late} came of an earlier run`);
  return late;
}

/** Where there is a stranger's role: that it gets the layer, with the right content. */
async function askStranger(
  layer: Layer,
  { arn, version }: ObservedVersion,
  { api }: RegionContext,
  notes: string[],
): Promise<void> {
  if (api.describeAsStranger === undefined) return;
  try {
    const { codeSha256 } = await api.describeAsStranger(arn);
    if (codeSha256 === layer.codeSha256) return;
    throw new ActionError(`Strangers get version ${version} with other content (SHA-256 ${codeSha256}).`);
  } catch (error) {
    if (!(error instanceof CallError) || !isUnknownToken(error.cause)) throw error;
    notes.push("not shown to strangers: the region is not enabled for the stranger's account");
  }
}

function withdrawal(
  layer: Layer,
  { version, grants }: ObservedVersion,
  { reasons }: Plan,
  { goal, region }: RegionContext,
): ActionError {
  const commands = findSurplusGrants(goal, grants).map(({ statementId }) =>
    withdrawCommand(region, layer.name, version, statementId),
  );
  return new ActionError(
    `Version ${version} is ${reasons.join(', ')}. Others may rely on it, so nothing was changed; to withdraw it: ` +
      commands.join(' && '),
  );
}
