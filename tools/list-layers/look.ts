import { ListLayersCommand } from '@aws-sdk/client-lambda';
import { CallError, explainUnknownToken } from '#lib/aws/call-error.ts';
import { systemClock } from '#lib/aws/clock.ts';
import type { Connections } from '#lib/aws/connections.ts';
import type { CredentialSource } from '#lib/aws/credentials.ts';
import { Deadline } from '#lib/aws/deadline.ts';
import { isUnknownToken } from '#lib/aws/faults.ts';
import { createCaller, createLambdaClient, createLayerService } from '#lib/aws/lambda.ts';
import { createRegionApi } from '#lib/aws/region-api.ts';
import type { Region } from '#lib/aws/regions.ts';
import { createRequestBudget } from '#lib/aws/request-budget.ts';
import { retrying } from '#lib/aws/retry.ts';
import type { Secrets } from '#lib/aws/secrets.ts';
import { ActionError } from '#lib/node/errors.ts';
import { observeNewest } from '../../actions/publish-layer/src/reconcile/observe.ts';
import type { ObservedVersion } from '../../actions/publish-layer/src/reconcile/plan-layer.ts';
import { explainFailure } from '../../actions/publish-layer/src/reconcile/result.ts';

/** What one region has: the newest version of each layer by name, or why that is not known. */
export type RegionLayers =
  | { readonly region: string; readonly layers: ReadonlyMap<string, ObservedVersion>; readonly fault?: never }
  | { readonly region: string; readonly layers?: never; readonly fault: string };

export interface Access {
  readonly connections: Connections;
  readonly credentials: CredentialSource;
  readonly secrets: Secrets;
  /** Undefined: AWS itself. */
  readonly endpoint: string | undefined;
  /** Requests a second to one region, of the 15 that an account has. */
  readonly maxRps: number;
}

/** Milliseconds that one region may take. */
const timeout = 300_000;

/**
 * Reads a region, and writes nothing. Never throws what an answer of AWS causes: that is the region's fault in words.
 *
 * @param names layers to look for; undefined: all that the account has there
 */
export async function lookAtRegion(
  { name: region, optIn }: Region,
  names: readonly string[] | undefined,
  access: Access,
): Promise<RegionLayers> {
  try {
    return { region, layers: await readLayers(region, names, access) };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    // STS accepted the credentials before any region was asked.
    const isUnknown = error instanceof CallError && isUnknownToken(error.cause);
    return { region, fault: explainFailure(error, isUnknown ? explainUnknownToken(true, optIn) : undefined) };
  }
}

async function readLayers(
  region: string,
  names: readonly string[] | undefined,
  { connections, credentials, secrets, endpoint, maxRps }: Access,
): Promise<ReadonlyMap<string, ObservedVersion>> {
  const deadline = new Deadline(systemClock, timeout);
  const client = createLambdaClient({
    region,
    credentials: credentials.provide,
    requestHandler: { handle: connections.handle },
    ...(endpoint !== undefined && { endpoint }),
  });
  const call = createCaller({ credentials, secrets, signal: deadline.signal });
  const service = createLayerService(client, { credentials, secrets, signal: deadline.signal });
  const mayAsk = createRequestBudget(maxRps, systemClock);
  const api = createRegionApi({ service, staging: undefined, stranger: undefined }, deadline, mayAsk);

  async function listNames(): Promise<readonly string[]> {
    const found: (string | undefined)[] = [];
    let marker: string | undefined;
    do {
      const command = new ListLayersCommand(marker === undefined ? {} : { Marker: marker });
      const page = await retrying('ListLayers', deadline, async () => {
        await mayAsk();
        return call((options) => client.send(command, options));
      });
      found.push(...(page.Layers ?? []).map(({ LayerName }) => LayerName));
      marker = page.NextMarker;
    } while (marker);
    return found.filter((name) => name !== undefined);
  }

  deadline.resume();
  try {
    const layers = new Map<string, ObservedVersion>();
    for (const name of names ?? (await listNames())) {
      const newest = await observeNewest(name, { api });
      if (newest !== undefined) layers.set(name, newest);
    }
    return layers;
  } finally {
    deadline.pause();
  }
}
