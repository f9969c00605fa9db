import type { Layer } from '#lib/layer/layer.ts';
import type { Deadline } from './deadline.ts';
import type { Grant, LayerService, VersionDescription } from './lambda.ts';
import type { RequestBody } from './request-body.ts';
import type { RequestBudget } from './request-budget.ts';
import { retrying } from './retry.ts';
import type { StagedObject, Staging } from './s3.ts';

/**
 * A region's calls as reconciling uses them: within the budget of requests and the deadline. Reads, grants and
 * objects are tried again by themselves and end in a CallError; `publish` is one try that throws what came back.
 */
export interface RegionApi {
  findNewest(name: string): Promise<number | undefined>;
  describe(name: string, version: number): Promise<VersionDescription>;
  readPolicy(name: string, version: number): Promise<string | undefined>;
  grant(name: string, version: number, grant: Grant): Promise<void>;
  publish(layer: Layer, content: RequestBody | StagedObject): Promise<number>;
  /** Where the zip is in S3, put there unless it was; undefined where there is no bucket. */
  stage: ((layer: Layer) => Promise<StagedObject>) | undefined;
  /** As a stranger sees it; undefined where there is no role of one. */
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
  mayAsk: RequestBudget,
): RegionApi {
  const ask = <T>(operation: string, call: () => Promise<T>) =>
    retrying(operation, deadline, async () => {
      await mayAsk();
      return call();
    });
  return {
    findNewest: (name) => ask('ListLayerVersions', () => service.findNewest(name)),
    describe: (name, version) => ask('GetLayerVersion', () => service.describe(name, version)),
    readPolicy: (name, version) => ask('GetLayerVersionPolicy', () => service.readPolicy(name, version)),
    grant: (name, version, grant) =>
      ask('AddLayerVersionPermission', () => service.grant(name, version, grant)),
    async publish(layer, content) {
      await mayAsk();
      return service.publish(layer, content);
    },
    stage:
      staging &&
      (async (layer) => {
        const isThere = await retrying('HeadObject', deadline, () => staging.has(layer));
        if (!isThere) await retrying('PutObject', deadline, () => staging.put(layer));
        return staging.locate(layer);
      }),
    // Another account's requests: not of this one's budget.
    describeAsStranger:
      stranger && ((arn) => retrying('GetLayerVersionByArn', deadline, () => stranger.describeByArn(arn))),
  };
}
