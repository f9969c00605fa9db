import {
  AddLayerVersionPermissionCommand,
  type Architecture as AwsArchitecture,
  type Runtime as AwsRuntime,
  GetLayerVersionCommand,
  type GetLayerVersionCommandOutput,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  type LambdaClientConfig,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { Layer } from '../layers/layers.ts';
import type { RequestBody } from './request-body.ts';

/** The five calls that publishing needs, in one region. Each is one request; whoever calls decides about retries. */
export interface LayerService {
  /** The highest version number of a layer; undefined where there is none. */
  findNewest(name: string): Promise<number | undefined>;
  describe(name: string, version: number): Promise<VersionDescription>;
  /** The policy's JSON; undefined where nobody was granted anything. */
  readPolicy(name: string, version: number): Promise<string | undefined>;
  publish(layer: Layer, body: RequestBody): Promise<number>;
  grantEveryone(name: string, version: number): Promise<void>;
  /** Closes its connections. */
  close(): void;
}

export interface VersionDescription {
  readonly arn: string;
  readonly codeSha256: string;
  readonly architectures: readonly string[];
  readonly runtimes: readonly string[];
  readonly description: string | undefined;
  readonly license: string | undefined;
}

/** The id of the statement that grants everyone: the one that Bref's layers have always had. */
export const publicStatementId = 'public';

/** How long to wait for a connection, and for a silent one, in milliseconds. */
export const connectionLimits = { connectionTimeout: 30_000, socketTimeout: 120_000 } as const;

/**
 * A client of one region that never retries by itself: PublishLayerVersion has no idempotency token, and a retry
 * after a lost answer makes a second version.
 */
export function createLambdaClient(config: LambdaClientConfig): LambdaClient {
  return new LambdaClient({ requestHandler: { ...connectionLimits }, ...config, maxAttempts: 1 });
}

/** `signal` gives up whatever is under way. */
export function createLayerService(client: LambdaClient, signal: AbortSignal): LayerService {
  const options = { abortSignal: signal };
  return {
    async findNewest(name) {
      const command = new ListLayerVersionsCommand({ LayerName: name, MaxItems: 1 });
      const { LayerVersions = [] } = await client.send(command, options);
      const versions = LayerVersions.map((item) => required(item.Version, 'Version'));
      return versions.length === 0 ? undefined : Math.max(...versions);
    },
    async describe(name, version) {
      return describeVersion(await client.send(new GetLayerVersionCommand(key(name, version)), options));
    },
    async readPolicy(name, version) {
      try {
        return (await client.send(new GetLayerVersionPolicyCommand(key(name, version)), options)).Policy;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
    async publish(layer, body) {
      const { Version } = await client.send(createPublishCommand(layer, body), options);
      return required(Version, 'Version');
    },
    async grantEveryone(name, version) {
      const statement = {
        StatementId: publicStatementId,
        Principal: '*',
        Action: 'lambda:GetLayerVersion',
      };
      await client.send(
        new AddLayerVersionPermissionCommand({ ...key(name, version), ...statement }),
        options,
      );
    },
    close: () => client.destroy(),
  };
}

function key(name: string, version: number): { LayerName: string; VersionNumber: number } {
  return { LayerName: name, VersionNumber: version };
}

function describeVersion(output: GetLayerVersionCommandOutput): VersionDescription {
  return {
    arn: required(output.LayerVersionArn, 'LayerVersionArn'),
    codeSha256: required(output.Content?.CodeSha256, 'Content.CodeSha256'),
    architectures: output.CompatibleArchitectures ?? [],
    runtimes: output.CompatibleRuntimes ?? [],
    description: output.Description,
    license: output.LicenseInfo,
  };
}

/**
 * The command with an empty zip, whose body is then replaced by the one made before: the SDK would make base64 and
 * JSON of the zip and hash it once for every region. The signer takes the hash from `x-amz-content-sha256`.
 */
function createPublishCommand(layer: Layer, body: RequestBody): PublishLayerVersionCommand {
  const command = new PublishLayerVersionCommand({
    LayerName: layer.name,
    Content: { ZipFile: new Uint8Array() },
    CompatibleArchitectures: [...layer.architectures] as AwsArchitecture[],
    CompatibleRuntimes: [...layer.runtimes] as AwsRuntime[],
  });
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
  return command;
}

function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new Error(`Lambda's answer has no ${field}`);
  return value;
}
