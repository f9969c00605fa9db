import { createHash } from 'node:crypto';
import type { CredentialSource } from '#lib/aws/credentials.ts';
import { Deadline } from '#lib/aws/deadline.ts';
import { createLambdaClient, createLayerService } from '#lib/aws/lambda.ts';
import { createRegionApi, type RegionClients } from '#lib/aws/region-api.ts';
import type { RequestBody } from '#lib/aws/request-body.ts';
import { createSecrets } from '#lib/aws/secrets.ts';
import type { Layer } from '#lib/layer/layer.ts';
import { permanentCredentials } from '../../../tests/fixtures/permanent-credentials.ts';
import { layerContent } from '../../../tests/fixtures/published-layer.ts';
import { createVirtualClock, type VirtualClock } from '../../../tests/fixtures/virtual-clock.ts';
import {
  createFaultyNetwork,
  type FaultRule,
  type FaultyNetwork,
} from '../../../tests/stand-ins/faulty-network.ts';
import type { LambdaModel } from '../../../tests/stand-ins/lambda-model.ts';
import { createBodies } from '../src/reconcile/bodies.ts';
import { noJournal } from '../src/reconcile/journal.ts';
import type { RegionContext } from '../src/reconcile/region-context.ts';
import { createUploads } from '../src/reconcile/uploads.ts';

/** Creates a region's clients over a network to a model. */
export function openModel(
  region: string,
  network: FaultyNetwork,
  signal: AbortSignal,
  credentials: CredentialSource = permanentCredentials,
): RegionClients {
  const client = createLambdaClient({
    region,
    credentials: credentials.provide,
    requestHandler: { handle: network.handle as never },
  });
  const service = createLayerService(client, { credentials, secrets: createSecrets(), signal });
  return { service, staging: undefined, stranger: undefined };
}

/** One region with its own clock. */
export interface RegionFixture {
  readonly clock: VirtualClock;
  readonly network: FaultyNetwork;
  readonly context: RegionContext;
}

export const quietPeriodMs = 60_000;

/** Creates a region over a model. The rules cause faults of its requests. */
export function createRegion(
  model: LambdaModel,
  rules: readonly FaultRule[] = [],
  changes: Partial<RegionContext> = {},
): RegionFixture {
  const clock = createVirtualClock();
  const network = createFaultyNetwork(model, clock, rules);
  const deadline = new Deadline(clock, 600_000);
  deadline.resume();
  const context: RegionContext = {
    region: model.region,
    api: createRegionApi(openModel(model.region, network, deadline.signal), deadline, async () => {}),
    deadline,
    goal: { grants: [{ statementId: 'public', principal: '*' }], republishOnMetadata: false },
    quietPeriodMs,
    isDryRun: false,
    uploads: createUploads(7),
    bodies: createBodies(clock, (layer) => makeBody(layer)),
    journal: noJournal,
    unclearLayers: new Set(),
    log: () => {},
    ...changes,
  };
  return { clock, network, context };
}

/** Creates the body of a layer that has no file. */
export async function makeBody(layer: Layer, content = layerContent): Promise<RequestBody> {
  const bytes = Buffer.from(
    JSON.stringify({
      Content: { ZipFile: content.toString('base64') },
      CompatibleArchitectures: layer.architectures,
      CompatibleRuntimes: layer.runtimes,
      Description: layer.description,
      LicenseInfo: layer.license,
    }),
  );
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
