import type { Layer } from '#lib/layer/layer.ts';
import type { Deadline } from './deadline.ts';
import type { Grant } from './grants.ts';
import type { LayerService, VersionDescription } from './lambda.ts';
import type { RequestBody } from './request-body.ts';
import type { RequestBudget } from './request-budget.ts';
import { withRetry } from './retry.ts';
import type { StagedObject, Staging } from './s3.ts';

/**
 * A region's calls within its request budget and deadline. Reads, grants and uploads to S3 are retried, and throw a
 * CallError after the last attempt. `publish` makes one attempt and throws the original error.
 */
export interface RegionApi {
  findNewest(name: string): Promise<number | undefined>;
  describe(name: string, version: number): Promise<VersionDescription>;
  readPolicy(name: string, version: number): Promise<string | undefined>;
  grant(name: string, version: number, grant: Grant): Promise<void>;
  publish(layer: Layer, content: RequestBody | StagedObject): Promise<number>;
  /** Uploads the zip to S3 unless it is there already; undefined if there is no bucket. */
  stage: ((layer: Layer) => Promise<StagedObject>) | undefined;
  /** Like `describe`, but with another account's role; undefined if there is no such role. */
  describeAsStranger: ((arn: string) => Promise<VersionDescription>) | undefined;
}

export interface RegionClients {
  readonly service: LayerService;
  readonly staging: Staging | undefined;
  readonly stranger: LayerService | undefined;
}

export function createRegionApi(
  { service, staging, stranger }: RegionClients,
  deadline: Deadline,
  waitForBudget: RequestBudget,
): RegionApi {
  const call = <T>(operation: string, send: () => Promise<T>) =>
    withRetry(operation, deadline, async () => {
      await waitForBudget();
      return send();
    });
  return {
    findNewest: (name) => call('ListLayerVersions', () => service.findNewest(name)),
    describe: (name, version) => call('GetLayerVersion', () => service.describe(name, version)),
    readPolicy: (name, version) => call('GetLayerVersionPolicy', () => service.readPolicy(name, version)),
    grant: (name, version, grant) =>
      call('AddLayerVersionPermission', () => service.grant(name, version, grant)),
    async publish(layer, content) {
      await waitForBudget();
      return service.publish(layer, content);
    },
    stage:
      staging &&
      (async (layer) => {
        const isStaged = await withRetry('HeadObject', deadline, () => staging.has(layer));
        if (!isStaged) await withRetry('PutObject', deadline, () => staging.put(layer));
        return staging.locate(layer);
      }),
    // These requests count against the other account's limit.
    describeAsStranger:
      stranger && ((arn) => withRetry('GetLayerVersionByArn', deadline, () => stranger.describeByArn(arn))),
  };
}
