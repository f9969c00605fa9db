import type { Clock } from '#lib/aws/clock.ts';
import { Deadline } from '#lib/aws/deadline.ts';
import { assertAccount, type Identity } from '#lib/aws/identity.ts';
import { createRegionApi, type RegionClients } from '#lib/aws/region-api.ts';
import { createRequestBody } from '#lib/aws/request-body.ts';
import { createRequestBudget } from '#lib/aws/request-budget.ts';
import type { Layer } from '#lib/layer/layer.ts';
import type { Versions } from '#lib/layer/published-versions.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { Checked } from './check.ts';
import { accountOf } from './inputs/roles.ts';
import type { Inputs } from './inputs.ts';
import { alignLayers, previewAlignment } from './reconcile/align.ts';
import { createBodies } from './reconcile/bodies.ts';
import { type Journal, noJournal, openJournal } from './reconcile/journal.ts';
import { createRegionRun, type RegionRun } from './reconcile/region.ts';
import type { LayerResult } from './reconcile/result.ts';
import { createUploads } from './reconcile/uploads.ts';
import { type Arns, collectArns, writeArns } from './report/arns.ts';
import { annotateFailures } from './report/failures.ts';
import { describeCounts, renderTable, toOneLine } from './report/table.ts';
import { collectVersions, describeDifferences, writeVersions } from './report/versions-file.ts';

export interface Dependencies {
  readonly log: Logger;
  readonly clock: Clock;
  /** Returns the publisher. Throws if there are no credentials, or if STS does not accept them. */
  identify(): Promise<Identity>;
  /** Creates the clients of a region. `signal` aborts running requests. */
  openRegion(region: string, account: string, signal: AbortSignal): RegionClients;
}

export interface Published {
  readonly identity: Identity;
  /** Sorted by region, then by layer, both in the order of the inputs. */
  readonly results: readonly LayerResult[];
  /** Versions of this run, and the previous versions of regions that were not in it. */
  readonly versions: Versions;
  readonly arns: Arns;
}

/**
 * Publishes every layer to every region: regions in parallel, layers of a region one after another. Uploads take turns.
 * A failed region does not stop the others. Writes `versions.json` and `arns.md`, except in a dry run.
 */
export async function run(inputs: Inputs, checked: Checked, dependencies: Dependencies): Promise<Published> {
  const { log } = dependencies;
  const identity = await dependencies.identify();
  assertAccount(identity, inputs.expectedAccount);
  assertStranger(inputs.strangerRole, identity);
  log.info(`Account ${identity.account}, as ${identity.arn}.`);
  const { layers, previous, earlier } = checked;
  const results = await log.group(describeRun(inputs, layers), () =>
    reconcileAll(inputs, layers, identity, dependencies),
  );
  const versions = collectVersions(results, previous);
  const arns = collectArns(results);
  log.info(`${renderTable(results)}\n${describeCounts(results)}.`);
  for (const difference of describeDifferences(versions)) {
    log.warning(`Version numbers differ between regions: ${difference}`);
  }
  annotateFailures(results, log);
  if (!inputs.isDryRun) {
    await writeVersions(inputs.output, versions, earlier);
    await writeArns(inputs.output, arns);
  }
  return { identity, results, versions, arns };
}

function describeRun({ isDryRun, regions }: Inputs, layers: readonly Layer[]): string {
  const place = regions.length === 1 ? regions[0]?.name : `${regions.length} regions`;
  return `${isDryRun ? 'Plan for' : 'Publish to'} ${place}: ${layers.map(({ name }) => name).join(', ')}`;
}

function assertStranger(role: string | undefined, { account }: Identity): void {
  if (role === undefined || accountOf(role) !== account) return;
  throw new ActionError(
    `Input "stranger-role" must belong to a different account than the publishing credentials; got account ${account}.`,
  );
}

async function reconcileAll(
  inputs: Inputs,
  layers: readonly Layer[],
  { account }: Identity,
  dependencies: Dependencies,
): Promise<readonly LayerResult[]> {
  const { output, quietPeriodMs, isDryRun } = inputs;
  const { clock } = dependencies;
  const journal = isDryRun ? noJournal : await openJournal({ output, account, clock, quietPeriodMs });
  try {
    const regions = openRegions(inputs, layers.length, account, journal, dependencies);
    const first = await Promise.all(regions.map((region) => region.reconcile(layers)));
    const results = await updateResults(first.flat(), regions, layers, (region, layer, result) =>
      region.recheck(layer, result),
    );
    if (!inputs.alignVersions) return results;
    if (isDryRun) return previewAlignment(results, inputs.alignLimit);
    return await alignLayers(results, inputs.alignLimit, (lags) => {
      const targets = new Map(lags.map(({ result, target }) => [result, target]));
      return updateResults([...targets.keys()], regions, layers, (region, layer, result) =>
        region.align(layer, result, targets.get(result) ?? 0),
      );
    });
  } finally {
    await journal.close();
  }
}

/** Calls `update` for each result, one after another within a region. Returns the new results in the same order. */
async function updateResults(
  results: readonly LayerResult[],
  regions: readonly RegionRun[],
  layers: readonly Layer[],
  update: (region: RegionRun, layer: Layer, result: LayerResult) => Promise<LayerResult>,
): Promise<readonly LayerResult[]> {
  const updated = new Map<LayerResult, LayerResult>();
  await Promise.all(
    regions.map(async (region) => {
      for (const result of results.filter((candidate) => candidate.region === region.name)) {
        const layer = layers.find(({ name }) => name === result.layer);
        if (layer !== undefined) updated.set(result, await update(region, layer, result));
      }
    }),
  );
  return results.map((result) => updated.get(result) ?? result);
}

function openRegions(
  inputs: Inputs,
  layerCount: number,
  account: string,
  journal: Journal,
  { clock, identify, log, openRegion }: Dependencies,
): readonly RegionRun[] {
  const bodies = createBodies(clock, createRequestBody);
  const uploads = createUploads(inputs.maxParallel, (limit) => log.info(`Parallel uploads: ${limit}.`));
  const total = inputs.regions.length * layerCount;
  let finished = 0;
  let validity: Promise<boolean> | undefined;
  return inputs.regions.map((region) => {
    const deadline = new Deadline(clock, inputs.timeoutMs);
    const clients = openRegion(region.name, account, deadline.signal);
    return createRegionRun({
      region,
      isOptional: inputs.optionalRegions.has(region.name),
      context: {
        region: region.name,
        api: createRegionApi(clients, deadline, createRequestBudget(inputs.maxRps, clock)),
        deadline,
        goal: { grants: inputs.access.grants, republishOnMetadata: inputs.republishOnMetadata },
        quietPeriodMs: inputs.quietPeriodMs,
        isDryRun: inputs.isDryRun,
        uploads,
        bodies,
        journal,
        unclearLayers: new Set(),
        log: (message) => log.info(`${region.name} ${message}`),
      },
      areCredentialsValid: () => {
        validity ??= identify().then(
          () => true,
          () => false,
        );
        return validity;
      },
      onResult: (result) => log.info(`[${++finished}/${total}] ${describeResult(result)}`),
      onDefect: (error) => log.debug((error as Error).stack ?? String(error)),
    });
  });
}

function describeResult({ region, layer, outcome, version, cause }: LayerResult): string {
  const head = `${region} ${layer} ${outcome}`;
  if (cause !== undefined) return `${head}: ${toOneLine(cause)}`;
  return version === undefined ? head : `${head} ${version.version}`;
}
