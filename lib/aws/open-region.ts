import type { Connections } from './connections.ts';
import type { CredentialSource } from './credentials.ts';
import type { Endpoints } from './endpoints.ts';
import { createLambdaClient, createLayerService, type LayerService } from './lambda.ts';
import type { RegionClients } from './region-api.ts';
import { createS3Client, createStaging } from './s3.ts';
import type { Secrets } from './secrets.ts';

export interface RegionOpener {
  readonly connections: Connections;
  readonly credentials: CredentialSource;
  /** Credentials of another account, to read the layers as its users do. */
  readonly stranger: CredentialSource | undefined;
  readonly secrets: Secrets;
  readonly endpoints: Endpoints;
  /** Name of the bucket, with `{region}` in place of the region's name. */
  readonly bucket: string | undefined;
}

/**
 * Creates the clients of a region's services.
 *
 * @param signal aborts running requests
 */
export function openRegion(
  { connections, credentials, stranger, secrets, endpoints, bucket }: RegionOpener,
  region: string,
  account: string,
  signal: AbortSignal,
): RegionClients {
  const requestHandler = { handle: connections.handle };
  const openLambda = (source: CredentialSource): LayerService => {
    const endpoint = endpoints.lambda;
    const client = createLambdaClient({
      region,
      credentials: source.provide,
      requestHandler,
      ...(endpoint !== undefined && { endpoint }),
    });
    return createLayerService(client, { credentials: source, secrets, signal });
  };
  const openS3 = (name: string) => {
    const endpoint = endpoints.s3;
    const client = createS3Client({
      region,
      credentials: credentials.provide,
      requestHandler,
      // A server on this machine has no DNS names for buckets.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    });
    const options = { bucket: name.replaceAll('{region}', region), account };
    return createStaging(client, options, { credentials, secrets, signal });
  };
  return {
    service: openLambda(credentials),
    staging: bucket === undefined ? undefined : openS3(bucket),
    stranger: stranger && openLambda(stranger),
  };
}
