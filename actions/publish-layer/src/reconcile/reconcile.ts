import { CallError } from '#lib/aws/call-error.ts';
import { isUnknownToken } from '#lib/aws/faults.ts';
import { type LayerVersionState, readNewestVersion } from '#lib/aws/layer-version-state.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { ActionError } from '#lib/node/errors.ts';
import { countTimes } from './align.ts';
import { confirm, type Done, withdrawCommand } from './confirm.ts';
import { findSurplusGrants, type Plan, planLayer } from './plan-layer.ts';
import { publishOnce } from './publish.ts';
import type { RegionContext } from './region-context.ts';
import { watchForVersion } from './watch.ts';

export interface Reconciled {
  readonly plan: Plan;
  /** The region's newest layer version; undefined only in a dry run if the region has none. */
  readonly version: LayerVersionState | undefined;
  readonly notes: readonly string[];
}

/**
 * Compares the actual state of a layer in a region with the wanted one, applies the difference, and reads it back.
 *
 * @throws CallError if a call fails
 * @throws ActionError if a person has to correct the region's state
 */
export async function reconcileLayer(layer: Layer, context: RegionContext): Promise<Reconciled> {
  const notes: string[] = [];
  const { plan, newest } = await makePlan(layer, context, notes);
  notes.push(...plan.notes);
  if (context.isDryRun) return { plan, version: newest, notes };
  if (plan.action === 'withdraw' && newest !== undefined)
    throw surplusGrantsError(layer, newest, plan, context);
  if (plan.action === 'nothing' && newest !== undefined) {
    await checkAsStranger(layer, newest, context, notes);
    return { plan, version: newest, notes };
  }
  const done =
    plan.action === 'publish' || newest === undefined
      ? { version: await publishOnce(layer, newest?.version ?? 0, context, notes), grants: [] }
      : newest;
  return { plan, version: await confirmAndSettle(layer, done, context, notes), notes };
}

/** Publishes the same content again until the region has the number `target`, and grants the last layer version. */
export async function publishUpTo(
  layer: Layer,
  { from, target }: { readonly from: number; readonly target: number },
  context: RegionContext,
): Promise<Omit<Reconciled, 'plan'>> {
  const notes = [`published ${countTimes(target - from)} to reach version ${target}`];
  let version = (await awaitEarlierRun(layer, from, context, notes)) ?? from;
  while (version < target) version = await publishOnce(layer, version, context, notes);
  return { version: await confirmAndSettle(layer, { version, grants: [] }, context, notes), notes };
}

/** Checks a layer again after an unclear response. A late layer version is granted and used. */
export async function recheckLayer(
  layer: Layer,
  known: LayerVersionState,
  context: RegionContext,
): Promise<Omit<Reconciled, 'plan'>> {
  const notes: string[] = [];
  return { version: await confirm(layer, known, context, notes), notes };
}

async function confirmAndSettle(
  layer: Layer,
  done: Done,
  context: RegionContext,
  notes: string[],
): Promise<LayerVersionState> {
  const version = await confirm(layer, done, context, notes);
  await context.journal.recordSettled(context.region, layer.name);
  await checkAsStranger(layer, version, context, notes);
  return version;
}

/** Reads the region and plans the change. Before it publishes, it waits for an open request of an earlier run. */
async function makePlan(
  layer: Layer,
  context: RegionContext,
  notes: string[],
): Promise<{ readonly plan: Plan; readonly newest: LayerVersionState | undefined }> {
  const { api, goal, journal, region } = context;
  const newest = await readNewestVersion(layer.name, api);
  const plan = planLayer(layer, goal, newest);
  const open = journal.findOpen(region, layer.name);
  const hasResult = open !== undefined && newest !== undefined && newest.version > open.before;
  if (hasResult) await journal.recordSettled(region, layer.name);
  if (plan.action !== 'publish') return { plan, newest };
  const late = await awaitEarlierRun(layer, newest?.version ?? 0, context, notes);
  if (late === undefined) return { plan, newest };
  const current = await readNewestVersion(layer.name, api);
  return { plan: planLayer(layer, goal, current), newest: current };
}

/** Waits while an earlier run's request may still create a layer version. Returns the number of one that appears. */
async function awaitEarlierRun(
  layer: Layer,
  newest: number,
  context: RegionContext,
  notes: string[],
): Promise<number | undefined> {
  const { journal, region } = context;
  const open = journal.findOpen(region, layer.name);
  if (open === undefined) return undefined;
  context.log(`${layer.name}: waiting for a request of an earlier run`);
  const pending = 'a request of an earlier run may still create a version, which the next run finds';
  const late = await watchForVersion(layer.name, newest, open.until, pending, context);
  await journal.recordSettled(region, layer.name);
  if (late !== undefined) notes.push(`version ${late} comes from an earlier run`);
  return late;
}

/** Checks with the stranger's role, if there is one, that the other account gets the layer with the right content. */
async function checkAsStranger(
  layer: Layer,
  { arn, version }: LayerVersionState,
  { api }: RegionContext,
  notes: string[],
): Promise<void> {
  if (api.describeAsStranger === undefined) return;
  try {
    const { codeSha256 } = await api.describeAsStranger(arn);
    if (codeSha256 === layer.codeSha256) return;
    throw new ActionError(
      `The account of "stranger-role" gets version ${version} with different content (SHA-256 ${codeSha256}).`,
    );
  } catch (error) {
    if (!(error instanceof CallError) || !isUnknownToken(error.cause)) throw error;
    notes.push('not checked by "stranger-role", whose account has not enabled the region');
  }
}

function surplusGrantsError(
  layer: Layer,
  { version, grants }: LayerVersionState,
  { reasons }: Plan,
  { goal, region }: RegionContext,
): ActionError {
  const commands = findSurplusGrants(goal, grants).map(({ statementId }) =>
    withdrawCommand(region, layer.name, version, statementId),
  );
  return new ActionError(
    `Version ${version} is ${reasons.join(', ')}. Others may rely on it, so nothing was changed. To withdraw it, run: ` +
      commands.join(' && '),
  );
}
