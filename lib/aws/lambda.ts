import {
  AddLayerVersionPermissionCommand,
  type Architecture as AwsArchitecture,
  type Runtime as AwsRuntime,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  type GetLayerVersionCommandOutput,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  type LambdaClientConfig,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { Layer } from '#lib/layer/layer.ts';
import { type CallContext, createCaller } from './caller.ts';
import type { Grant } from './grants.ts';
import type { RequestBody } from './request-body.ts';
import type { StagedObject } from './s3.ts';

/** The calls that publishing needs, in one region. Each sends one request; the caller decides about retries. */
export interface LayerService {
  /** Returns the highest version number of a layer; undefined if it has none. */
  findNewest(name: string): Promise<number | undefined>;
  describe(name: string, version: number): Promise<VersionDescription>;
  /** Like `describe`, but by ARN, which also works for layers of other accounts. */
  describeByArn(arn: string): Promise<VersionDescription>;
  /** Returns the policy's JSON; undefined if the layer version has no grant. */
  readPolicy(name: string, version: number): Promise<string | undefined>;
  publish(layer: Layer, content: RequestBody | StagedObject): Promise<number>;
  grant(name: string, version: number, grant: Grant): Promise<void>;
}

export interface VersionDescription {
  readonly arn: string;
  readonly codeSha256: string;
  readonly architectures: readonly string[];
  readonly runtimes: readonly string[];
  readonly description: string | undefined;
  readonly license: string | undefined;
}

/**
 * Creates a client of one region that never retries: PublishLayerVersion has no idempotency token, so a retry after a
 * lost response would create a second layer version.
 */
export function createLambdaClient(config: LambdaClientConfig): LambdaClient {
  return new LambdaClient({ ...config, maxAttempts: 1 });
}

export function createLayerService(client: LambdaClient, context: CallContext): LayerService {
  const call = createCaller(context);
  return {
    async findNewest(name) {
      const { LayerVersions = [] } = await call((options) =>
        client.send(new ListLayerVersionsCommand({ LayerName: name, MaxItems: 1 }), options),
      );
      const versions = LayerVersions.map((item) => requireField(item.Version, 'Version'));
      return versions.length === 0 ? undefined : Math.max(...versions);
    },
    async describe(name, version) {
      return describeVersion(
        await call((options) => client.send(new GetLayerVersionCommand(key(name, version)), options)),
      );
    },
    async describeByArn(arn) {
      return describeVersion(
        await call((options) => client.send(new GetLayerVersionByArnCommand({ Arn: arn }), options)),
      );
    },
    async readPolicy(name, version) {
      try {
        const { Policy } = await call((options) =>
          client.send(new GetLayerVersionPolicyCommand(key(name, version)), options),
        );
        return Policy;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
    async publish(layer, content) {
      const { Version } = await call((options) =>
        client.send(createPublishCommand(layer, content), { ...options }),
      );
      return requireField(Version, 'Version');
    },
    async grant(name, version, { statementId, principal, organization }) {
      const command = {
        ...key(name, version),
        StatementId: statementId,
        Principal: principal,
        Action: 'lambda:GetLayerVersion',
        ...(organization !== undefined && { OrganizationId: organization }),
      };
      await call((options) => client.send(new AddLayerVersionPermissionCommand(command), options));
    },
  };
}

function key(name: string, version: number): { LayerName: string; VersionNumber: number } {
  return { LayerName: name, VersionNumber: version };
}

function describeVersion(output: GetLayerVersionCommandOutput): VersionDescription {
  return {
    arn: requireField(output.LayerVersionArn, 'LayerVersionArn'),
    codeSha256: requireField(output.Content?.CodeSha256, 'Content.CodeSha256'),
    architectures: output.CompatibleArchitectures ?? [],
    runtimes: output.CompatibleRuntimes ?? [],
    description: output.Description,
    license: output.LicenseInfo,
  };
}

function createPublishCommand(layer: Layer, content: RequestBody | StagedObject): PublishLayerVersionCommand {
  const command = new PublishLayerVersionCommand({
    LayerName: layer.name,
    Content:
      'bytes' in content ? { ZipFile: new Uint8Array() } : { S3Bucket: content.bucket, S3Key: content.key },
    CompatibleArchitectures: [...layer.architectures] as AwsArchitecture[],
    CompatibleRuntimes: [...layer.runtimes] as AwsRuntime[],
    Description: layer.description,
    LicenseInfo: layer.license,
  });
  if ('bytes' in content) replaceBody(command, content);
  return command;
}

/**
 * Replaces the command's body with a prepared one: the SDK would encode and hash the zip again for every region. The
 * signer takes the hash from `x-amz-content-sha256`.
 */
function replaceBody(command: PublishLayerVersionCommand, body: RequestBody): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: unknown; headers: Record<string, string> };
      request.body = body.bytes;
      request.headers['content-length'] = String(body.bytes.length);
      request.headers['x-amz-content-sha256'] = body.sha256;
      return next(args);
    },
    { step: 'build', name: 'usePreparedBody', priority: 'high' },
  );
}

function requireField<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new Error(`Lambda's response has no ${field}`);
  return value;
}
