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
import type { CredentialSource } from './credentials.ts';
import { isExpired } from './faults.ts';
import type { RequestBody } from './request-body.ts';
import type { StagedObject } from './s3.ts';
import { redactError, type Secrets } from './secrets.ts';

/** The calls that publishing needs, in one region. Each is one request; whoever calls decides about retries. */
export interface LayerService {
  /** The highest version number of a layer; undefined where there is none. */
  findNewest(name: string): Promise<number | undefined>;
  describe(name: string, version: number): Promise<VersionDescription>;
  /** As `describe`, as anybody asks who knows the ARN. */
  describeByArn(arn: string): Promise<VersionDescription>;
  /** The policy's JSON; undefined where nobody was granted anything. */
  readPolicy(name: string, version: number): Promise<string | undefined>;
  publish(layer: Layer, content: RequestBody | StagedObject): Promise<number>;
  grant(name: string, version: number, grant: Grant): Promise<void>;
}

/** Who may use a layer version, as AddLayerVersionPermission takes it. */
export interface Grant {
  /** 1 to 100 of a-z, A-Z, 0-9, "-" and "_"; unique within the version. */
  readonly statementId: string;
  /** `*` or an account's 12 digits. */
  readonly principal: string;
  /** Only its accounts, with the principal `*`. */
  readonly organization?: string;
}

export interface VersionDescription {
  readonly arn: string;
  readonly codeSha256: string;
  readonly architectures: readonly string[];
  readonly runtimes: readonly string[];
  readonly description: string | undefined;
  readonly license: string | undefined;
}

export interface ServiceContext {
  readonly credentials: CredentialSource;
  readonly secrets: Secrets;
  /** Gives up whatever is under way. */
  readonly signal: AbortSignal;
}

/**
 * A client of one region that never retries by itself: PublishLayerVersion has no idempotency token, and a retry
 * after a lost answer makes a second version.
 */
export function createLambdaClient(config: LambdaClientConfig): LambdaClient {
  return new LambdaClient({ ...config, maxAttempts: 1 });
}

export function createLayerService(client: LambdaClient, context: ServiceContext): LayerService {
  const call = createCaller(context);
  return {
    async findNewest(name) {
      const { LayerVersions = [] } = await call((options) =>
        client.send(new ListLayerVersionsCommand({ LayerName: name, MaxItems: 1 }), options),
      );
      const versions = LayerVersions.map((item) => required(item.Version, 'Version'));
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
      return required(Version, 'Version');
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

/**
 * Makes a call, and once more where the credentials had ended and others are to be had: such a refusal means that
 * nothing was done. What a server says is redacted where it comes in.
 */
export function createCaller({ credentials, secrets, signal }: ServiceContext) {
  return async <T>(send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> => {
    const used = await credentials.provide();
    const once = () =>
      send({ abortSignal: signal }).catch((error: unknown) => {
        throw redactError(error, secrets);
      });
    try {
      return await once();
    } catch (error) {
      if (isExpired(error) && (await credentials.replace(used))) return once();
      throw error;
    }
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
 * Puts a body that was made before in place of the command's own: the SDK would make base64 and JSON of the zip and
 * hash it once for every region. The signer takes the hash from `x-amz-content-sha256`.
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

function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new Error(`Lambda's answer has no ${field}`);
  return value;
}
