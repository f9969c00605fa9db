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
import { alignLayers, foreseeAlignment } from './reconcile/align.ts';
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
  /** Who publishes; throws when there are no credentials, or they are not accepted. */
  identify(): Promise<Identity>;
  /** What a region is reached through; `signal` gives up what is under way. */
  openRegion(region: string, account: string, signal: AbortSignal): RegionClients;
}

export interface Published {
  readonly identity: Identity;
  /** By region as given, then by layer as given. */
  readonly results: readonly LayerResult[];
  /** This run's, and those of before where a region was left out on purpose. */
  readonly versions: Versions;
  readonly arns: Arns;
}

/**
 * Publishes every layer to every region: all regions at once, layers one after another within a region, uploads as
 * they get their turn. A failure in one region is a result like any other, and stops no other region. Writes
 * `versions.json` and `arns.md`, in a dry run nothing.
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
    `Input "stranger-role" is a role of account ${account}, whose layers it is to be a stranger to.`,
  );
}

async function reconcileAll(
  inputs: Inputs,
  layers: readonly Layer[],
  { account }: Identity,
  dependencies: Dependencies,
): Promise<readonly LayerResult[]> {
  const { output, quietPeriod, isDryRun } = inputs;
  const { clock } = dependencies;
  const journal = isDryRun ? noJournal : await openJournal({ output, account, clock, quietPeriod });
  try {
    const regions = openRegions(inputs, layers.length, account, journal, dependencies);
    const first = await Promise.all(regions.map((region) => region.reconcile(layers)));
    const results = await inRegions(first.flat(), regions, layers, (region, layer, result) =>
      region.lookAgain(layer, result),
    );
    if (!inputs.alignVersions) return results;
    if (isDryRun) return foreseeAlignment(results, inputs.alignLimit);
    return await alignLayers(results, inputs.alignLimit, (lags) => {
      const targets = new Map(lags.map(({ result, target }) => [result, target]));
      return inRegions([...targets.keys()], regions, layers, (region, layer, result) =>
        region.raise(layer, result, targets.get(result) ?? 0),
      );
    });
  } finally {
    await journal.close();
  }
}

/** Does the work for each result; within a region one after another. The new results in the same order. */
async function inRegions(
  results: readonly LayerResult[],
  regions: readonly RegionRun[],
  layers: readonly Layer[],
  work: (region: RegionRun, layer: Layer, result: LayerResult) => Promise<LayerResult>,
): Promise<readonly LayerResult[]> {
  const done = new Map<LayerResult, LayerResult>();
  await Promise.all(
    regions.map(async (region) => {
      for (const result of results.filter((candidate) => candidate.region === region.name)) {
        const layer = layers.find(({ name }) => name === result.layer);
        if (layer !== undefined) done.set(result, await work(region, layer, result));
      }
    }),
  );
  return results.map((result) => done.get(result) ?? result);
}

function openRegions(
  inputs: Inputs,
  layerCount: number,
  account: string,
  journal: Journal,
  { clock, identify, log, openRegion }: Dependencies,
): readonly RegionRun[] {
  const bodies = createBodies(clock, createRequestBody);
  const uploads = createUploads(inputs.maxParallel, (limit) => log.info(`Uploads at a time: ${limit}.`));
  const all = inputs.regions.length * layerCount;
  let finished = 0;
  let valid: Promise<boolean> | undefined;
  return inputs.regions.map((region) => {
    const deadline = new Deadline(clock, inputs.timeout);
    const clients = openRegion(region.name, account, deadline.signal);
    return createRegionRun({
      region,
      isOptional: inputs.optionalRegions.has(region.name),
      context: {
        region: region.name,
        api: createRegionApi(clients, deadline, createRequestBudget(inputs.maxRps, clock)),
        deadline,
        goal: { grants: inputs.access.grants, republishOnMetadata: inputs.republishOnMetadata },
        quietPeriod: inputs.quietPeriod,
        isDryRun: inputs.isDryRun,
        uploads,
        bodies,
        journal,
        unclear: new Set(),
        say: (message) => log.info(`${region.name} ${message}`),
      },
      areCredentialsValid: () => {
        valid ??= identify().then(
          () => true,
          () => false,
        );
        return valid;
      },
      onResult: (result) => log.info(`[${++finished}/${all}] ${describeResult(result)}`),
      onDefect: (error) => log.debug((error as Error).stack ?? String(error)),
    });
  });
}

function describeResult({ region, layer, outcome, version, cause }: LayerResult): string {
  const said = cause === undefined ? (version?.version ?? '') : `: ${toOneLine(cause)}`;
  return `${region} ${layer} ${outcome} ${said}`.trimEnd().replace(' : ', ': ');
}
