import { ListLayersCommand } from '@aws-sdk/client-lambda';
import { CallError, explainFailure, explainUnknownToken } from '#lib/aws/call-error.ts';
import { createCaller } from '#lib/aws/caller.ts';
import { systemClock } from '#lib/aws/clock.ts';
import type { Connections } from '#lib/aws/connections.ts';
import type { CredentialSource } from '#lib/aws/credentials.ts';
import { Deadline } from '#lib/aws/deadline.ts';
import { isUnknownToken } from '#lib/aws/faults.ts';
import { createLambdaClient, createLayerService } from '#lib/aws/lambda.ts';
import { type LayerVersionState, readNewestVersion } from '#lib/aws/layer-version-state.ts';
import { createRegionApi } from '#lib/aws/region-api.ts';
import type { Region } from '#lib/aws/regions.ts';
import { createRequestBudget } from '#lib/aws/request-budget.ts';
import { withRetry } from '#lib/aws/retry.ts';
import type { Secrets } from '#lib/aws/secrets.ts';
import { ActionError } from '#lib/node/errors.ts';

/** The newest version of each layer in one region, by name, or the fault that prevented reading it. */
export type RegionLayers =
  | {
      readonly region: string;
      readonly layers: ReadonlyMap<string, LayerVersionState>;
      readonly fault?: never;
    }
  | { readonly region: string; readonly layers?: never; readonly fault: string };

export interface RegionAccess {
  readonly connections: Connections;
  readonly credentials: CredentialSource;
  readonly secrets: Secrets;
  /** Endpoint of a stand-in for AWS; undefined for AWS itself. */
  readonly endpoint: string | undefined;
  /** Requests per second to one region. An account has 15. */
  readonly maxRps: number;
}

/** Time limit of one region. */
const timeoutMs = 300_000;

/**
 * Reads the layers of a region. An error of AWS becomes the region's `fault`.
 *
 * @param names names of the layers; undefined for all layers of the account
 */
export async function readRegion(
  { name: region, optIn }: Region,
  names: readonly string[] | undefined,
  access: RegionAccess,
): Promise<RegionLayers> {
  try {
    return { region, layers: await readLayers(region, names, access) };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    // STS accepted the credentials before the first region was read.
    const isUnknown = error instanceof CallError && isUnknownToken(error.cause);
    return { region, fault: explainFailure(error, isUnknown ? explainUnknownToken(true, optIn) : undefined) };
  }
}

async function readLayers(
  region: string,
  names: readonly string[] | undefined,
  { connections, credentials, secrets, endpoint, maxRps }: RegionAccess,
): Promise<ReadonlyMap<string, LayerVersionState>> {
  const deadline = new Deadline(systemClock, timeoutMs);
  const client = createLambdaClient({
    region,
    credentials: credentials.provide,
    requestHandler: { handle: connections.handle },
    ...(endpoint !== undefined && { endpoint }),
  });
  const call = createCaller({ credentials, secrets, signal: deadline.signal });
  const service = createLayerService(client, { credentials, secrets, signal: deadline.signal });
  const waitForBudget = createRequestBudget(maxRps, systemClock);
  const api = createRegionApi({ service, staging: undefined, stranger: undefined }, deadline, waitForBudget);

  async function listNames(): Promise<readonly string[]> {
    const found: (string | undefined)[] = [];
    let marker: string | undefined;
    do {
      const command = new ListLayersCommand(marker === undefined ? {} : { Marker: marker });
      const page = await withRetry('ListLayers', deadline, async () => {
        await waitForBudget();
        return call((options) => client.send(command, options));
      });
      found.push(...(page.Layers ?? []).map(({ LayerName }) => LayerName));
      marker = page.NextMarker;
    } while (marker);
    return found.filter((name) => name !== undefined);
  }

  deadline.resume();
  try {
    const layers = new Map<string, LayerVersionState>();
    for (const name of names ?? (await listNames())) {
      const newest = await readNewestVersion(name, api);
      if (newest !== undefined) layers.set(name, newest);
    }
    return layers;
  } finally {
    deadline.pause();
  }
}
