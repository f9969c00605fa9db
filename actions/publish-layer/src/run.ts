import { ActionError, describeError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Identity } from './aws/credentials.ts';
import { CallError } from './aws/faults.ts';
import type { LayerService } from './aws/lambda.ts';
import { createRequestBody, type RequestBody } from './aws/request-body.ts';
import type { Clock } from './aws/retry.ts';
import type { Inputs } from './inputs.ts';
import { type Layer, loadLayers } from './layers/layers.ts';
import type { Plan } from './reconcile/plan.ts';
import { type Reconciled, type RegionContext, reconcileLayer } from './reconcile/reconcile.ts';
import {
  collectVersions,
  countOutcomes,
  type LayerResult,
  type Outcome,
  renderTable,
} from './report/report.ts';
import { readVersions, type Versions, writeVersions } from './report/versions.ts';

export interface Dependencies {
  readonly log: Logger;
  readonly clock: Clock;
  /** Who publishes; throws when there are no credentials or they are of another account than expected. */
  identify(): Promise<Identity>;
  /** Lambda in one region; `signal` gives up what is under way. */
  openRegion(region: string, signal: AbortSignal): LayerService;
}

export interface Published {
  readonly identity: Identity;
  /** By region as given, then by layer as given. */
  readonly results: readonly LayerResult[];
  /** This run's; what failed is not in it. */
  readonly versions: Versions;
}

/**
 * Publishes every layer to every region: checks first, then regions `concurrency` at a time, layers one after
 * another within a region. A failure in one region is a result like any other, and stops no other region. Writes
 * `versions.json`, in a dry run nothing.
 */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<Published> {
  const { log } = dependencies;
  const [layers, earlier] = await log.group('Check', async () => {
    const checked = await loadLayers(inputs);
    for (const { name, size, codeSha256 } of checked)
      log.info(`${name}: ${size} bytes, SHA-256 ${codeSha256}`);
    return [checked, await readVersions(inputs.output)] as const;
  });
  const identity = await dependencies.identify();
  log.info(`Account ${identity.account}, as ${identity.arn}.`);
  const title = `${inputs.isDryRun ? 'Plan' : 'Publish'} ${layers.length} layers in ${inputs.regions.length} regions`;
  const results = await log.group(title, () => reconcileRegions(layers, inputs, dependencies));
  log.info(`${renderTable(results)}\n${countOutcomes(results)}.`);
  const versions = collectVersions(results);
  if (!inputs.isDryRun) await writeVersions(inputs.output, versions, earlier);
  return { identity, results, versions };
}

async function reconcileRegions(
  layers: readonly Layer[],
  inputs: Inputs,
  dependencies: Dependencies,
): Promise<readonly LayerResult[]> {
  const prepareBody = remember(createRequestBody);
  let finished = 0;
  const results = await mapAtATime(inputs.concurrency, inputs.regions, async ({ name }) => {
    const own = await reconcileRegion(name, layers, prepareBody, inputs, dependencies);
    finished++;
    const said = own.map(({ layer, outcome, version }) => `${layer} ${outcome} ${version ?? ''}`.trimEnd());
    dependencies.log.info(`[${finished}/${inputs.regions.length}] ${name}: ${said.join(', ')}`);
    return own;
  });
  return results.flat();
}

async function reconcileRegion(
  region: string,
  layers: readonly Layer[],
  prepareBody: RegionContext['prepareBody'],
  inputs: Inputs,
  { clock, openRegion, log }: Dependencies,
): Promise<readonly LayerResult[]> {
  const service = openRegion(region, AbortSignal.timeout(inputs.timeout));
  const context: RegionContext = {
    region,
    service,
    deadline: { clock, at: clock.now() + inputs.timeout },
    visibility: inputs.visibility,
    quietPeriod: inputs.quietPeriod,
    isDryRun: inputs.isDryRun,
    prepareBody,
  };
  const results: LayerResult[] = [];
  try {
    for (const layer of layers) {
      try {
        results.push(toResult(region, layer, await reconcileLayer(layer, context), inputs.isDryRun));
      } catch (error) {
        if (!(error instanceof ActionError)) log.debug((error as Error).stack ?? String(error));
        results.push(toFailure(region, layer, error));
      }
    }
  } finally {
    service.close();
  }
  return results;
}

const outcomes: Readonly<Record<Plan['action'], Outcome>> = {
  publish: 'published',
  grant: 'granted',
  nothing: 'unchanged',
  withdraw: 'failed',
};

const plannedOutcomes: Readonly<Record<Plan['action'], Outcome>> = {
  publish: 'would publish',
  grant: 'would grant',
  nothing: 'unchanged',
  withdraw: 'failed',
};

function toResult(region: string, layer: Layer, done: Reconciled, isDryRun: boolean): LayerResult {
  const { plan, version } = done;
  return {
    region,
    layer: layer.name,
    outcome: (isDryRun ? plannedOutcomes : outcomes)[plan.action],
    version: version?.version,
    arn: version?.arn,
    isPublic: version?.isPublic,
    cause: plan.action === 'withdraw' ? plan.reasons.join(', ') : undefined,
    notes: isDryRun ? [...plan.reasons, ...done.notes] : done.notes,
  };
}

function toFailure(region: string, layer: Layer, error: unknown): LayerResult {
  const remedy = error instanceof CallError ? ` ${error.remedy}` : '';
  const message = error instanceof ActionError ? error.message : describeError(error);
  return {
    region,
    layer: layer.name,
    outcome: 'failed',
    version: undefined,
    arn: undefined,
    isPublic: undefined,
    cause: `${message}${remedy}`,
    notes: [],
  };
}

/** Makes each layer's body once, when it is first asked for. */
function remember(make: (layer: Layer) => Promise<RequestBody>): RegionContext['prepareBody'] {
  const made = new Map<Layer, Promise<RequestBody>>();
  return (layer) => {
    const body = made.get(layer) ?? make(layer);
    made.set(layer, body);
    return body;
  };
}

/** The work's results in the items' order; at most `limit` items are worked on at a time. */
async function mapAtATime<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
