import { createHash } from 'node:crypto';

/**
 * In-memory model of Lambda's layer API in one region. tests/integration/lambda-model.test.ts tests it against
 * botocore's service model and moto.
 */
export interface LambdaModel {
  readonly region: string;
  /** Owner of the layers. */
  readonly account: string;
  /** Returns the current versions of a layer, oldest first. */
  versionsOf(layer: string): readonly ModelVersion[];
  /** Adds a version, as if an earlier run or another publisher had published it. */
  seed(layer: string, changes?: Partial<ModelVersion>): ModelVersion;
  /** @param caller account that sends the request; the owner by default */
  handle(request: ModelRequest, caller?: string): ModelResponse;
}

export interface ModelVersion {
  readonly version: number;
  readonly codeSha256: string;
  readonly size: number;
  readonly architectures: readonly string[];
  readonly runtimes: readonly string[];
  readonly description: string;
  readonly license: string;
  readonly statements: Record<string, unknown>[];
}

export interface ModelRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ModelResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Operation =
  | 'ListLayerVersions'
  | 'GetLayerVersion'
  | 'GetLayerVersionByArn'
  | 'GetLayerVersionPolicy'
  | 'PublishLayerVersion'
  | 'AddLayerVersionPermission';

/** Returns the operation of a method and path. */
export function nameOperation({ method, path }: Pick<ModelRequest, 'method' | 'path'>): Operation {
  if (path.endsWith('/policy')) {
    return method === 'POST' ? 'AddLayerVersionPermission' : 'GetLayerVersionPolicy';
  }
  if (path.endsWith('/versions')) return method === 'POST' ? 'PublishLayerVersion' : 'ListLayerVersions';
  return path.endsWith('/layers') ? 'GetLayerVersionByArn' : 'GetLayerVersion';
}

/**
 * @param objects zips in S3 by `bucket/key`
 */
export function createLambdaModel(
  region = 'eu-west-1',
  account = '123456789012',
  objects: ReadonlyMap<string, Buffer> = new Map(),
): LambdaModel {
  const layers = new Map<string, ModelVersion[]>();
  const highest = new Map<string, number>();
  const arnOf = (layer: string) => `arn:aws:lambda:${region}:${account}:layer:${layer}`;

  function add(layer: string, parts: Omit<ModelVersion, 'version' | 'statements'>): ModelVersion {
    const version = { version: (highest.get(layer) ?? 0) + 1, statements: [], ...parts };
    highest.set(layer, version.version);
    layers.set(layer, [...(layers.get(layer) ?? []), version]);
    return version;
  }

  const model: LambdaModel = {
    region,
    account,
    versionsOf: (layer) => layers.get(layer) ?? [],
    seed(layer, changes = {}) {
      if (changes.version !== undefined) highest.set(layer, changes.version - 1);
      const parts = {
        codeSha256: 'b2xk',
        size: 1,
        architectures: [],
        runtimes: [],
        description: '',
        license: '',
      };
      return add(layer, structuredClone({ ...parts, ...changes }));
    },
    handle(request, caller = account) {
      const operation = nameOperation(request);
      if (operation === 'GetLayerVersionByArn') return serveByArn(request.query.Arn ?? '', caller);
      if (caller !== account)
        return refuse(403, 'AccessDeniedException', 'not authorized to perform this action');
      const [, layer = '', number] = /layers\/([^/]+)\/versions(?:\/(\d+))?/.exec(request.path) ?? [];
      if (!/^[a-zA-Z0-9-_]{1,140}$/.test(layer))
        return refuse(400, 'InvalidParameterValueException', 'bad name');
      if (operation === 'ListLayerVersions') {
        const newest = model
          .versionsOf(layer)
          .toReversed()
          .slice(0, Number(request.query.MaxItems ?? 50));
        return respond(200, {
          LayerVersions: newest.map((version) => describeInList(version, arnOf(layer))),
        });
      }
      const body = JSON.parse(request.body || '{}') as Record<string, unknown>;
      if (operation === 'PublishLayerVersion') return publish(layer, body);
      const version = model.versionsOf(layer).find((candidate) => candidate.version === Number(number));
      if (version === undefined) {
        return refuse(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
      }
      if (operation === 'GetLayerVersion') return respond(200, describe(version, arnOf(layer)));
      if (operation === 'GetLayerVersionPolicy') return readPolicy(version);
      return addPermission(version, `${arnOf(layer)}:${version.version}`, body);
    },
  };

  function serveByArn(arn: string, caller: string): ModelResponse {
    const [, layer = '', number] = /:layer:([^:]+):(\d+)$/.exec(arn) ?? [];
    const version = model.versionsOf(layer).find((candidate) => candidate.version === Number(number));
    const isAllowed =
      caller === account || version?.statements.some((statement) => allows(statement, caller));
    if (version === undefined || !isAllowed) {
      return refuse(
        403,
        'AccessDeniedException',
        `not authorized to perform: lambda:GetLayerVersion on ${arn}`,
      );
    }
    return respond(200, describe(version, arnOf(layer)));
  }

  function publish(layer: string, body: Record<string, unknown>): ModelResponse {
    const { ZipFile, S3Bucket, S3Key } = body.Content as Record<string, string | undefined>;
    const zip = ZipFile === undefined ? objects.get(`${S3Bucket}/${S3Key}`) : Buffer.from(ZipFile, 'base64');
    if (zip === undefined) {
      return refuse(
        400,
        'InvalidParameterValueException',
        'Error occurred while GetObject. S3 Error Code: NoSuchKey.',
      );
    }
    const version = add(layer, {
      codeSha256: createHash('sha256').update(zip).digest('base64'),
      size: zip.length,
      architectures: (body.CompatibleArchitectures as string[] | undefined) ?? [],
      runtimes: (body.CompatibleRuntimes as string[] | undefined) ?? [],
      description: (body.Description as string | undefined) ?? '',
      license: (body.LicenseInfo as string | undefined) ?? '',
    });
    return respond(201, describe(version, arnOf(layer)));
  }

  return model;
}

function allows({ Principal, Condition }: Record<string, unknown>, caller: string): boolean {
  if (Condition !== undefined) return false;
  return Principal === '*' || JSON.stringify(Principal).includes(`:${caller}:`);
}

function readPolicy({ statements }: ModelVersion): ModelResponse {
  if (statements.length === 0) {
    return refuse(404, 'ResourceNotFoundException', 'No policy is associated with the given resource.');
  }
  const Policy = JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
  return respond(200, { Policy, RevisionId: '00000000-0000-4000-8000-000000000000' });
}

function addPermission(
  { statements }: ModelVersion,
  arn: string,
  { StatementId, Principal, Action, OrganizationId }: Record<string, unknown>,
): ModelResponse {
  if (statements.some(({ Sid }) => Sid === StatementId)) {
    const message = `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`;
    return refuse(409, 'ResourceConflictException', message);
  }
  const statement = {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
    Action,
    Resource: arn,
    ...(OrganizationId !== undefined && {
      Condition: { StringEquals: { 'aws:PrincipalOrgID': OrganizationId } },
    }),
  };
  statements.push(statement);
  const RevisionId = '00000000-0000-4000-8000-000000000000';
  return respond(201, { Statement: JSON.stringify(statement), RevisionId });
}

function describe(version: ModelVersion, layerArn: string): object {
  return {
    Content: { Location: 'https://example.com/', CodeSha256: version.codeSha256, CodeSize: version.size },
    LayerArn: layerArn,
    ...describeInList(version, layerArn),
  };
}

/** Describes a version as ListLayerVersions does, without its content and hash. */
function describeInList(version: ModelVersion, layerArn: string): object {
  return {
    LayerVersionArn: `${layerArn}:${version.version}`,
    Version: version.version,
    CreatedDate: '2026-11-24T00:00:00.000+0000',
    CompatibleArchitectures: version.architectures,
    CompatibleRuntimes: version.runtimes,
    Description: version.description,
    LicenseInfo: version.license,
  };
}

function respond(status: number, value: object, headers: Record<string, string> = {}): ModelResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'request-1', ...headers },
    body: JSON.stringify(value),
  };
}

/** Errors whose text is in the field `Message`. All others have it in `message`. */
const errorsWithCapitalMessage = ['ResourceNotFoundException', 'ServiceException', 'PublicPolicyException'];

/** Returns an error response in Lambda's form. */
export function refuse(
  status: number,
  type: string,
  message = `${type}: simulated`,
  headers: Readonly<Record<string, string>> = {},
): ModelResponse {
  const field = errorsWithCapitalMessage.includes(type) ? 'Message' : 'message';
  return respond(status, { Type: 'User', [field]: message }, { ...headers, 'x-amzn-errortype': type });
}
