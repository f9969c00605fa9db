import { createHash } from 'node:crypto';
import {
  createLambdaClient,
  createLayerService,
  type LayerService,
} from '../../../actions/publish-layer/src/aws/lambda.ts';
import type { Clock } from '../../../actions/publish-layer/src/aws/retry.ts';

/**
 * The layer part of Lambda's API in one region, in memory, at the SDK's border to the network: what an HTTP request
 * handler gets and gives. Shapes and error codes as in botocore's model of Lambda.
 */
export interface LambdaModel {
  readonly region: string;
  readonly clock: TestClock;
  readonly versions: ModelVersion[];
  /** Every request in order, such as `PublishLayerVersion`. */
  readonly requests: string[];
  /** What the next requests of an operation meet instead of a plain answer, first one first. */
  readonly faults: Partial<Record<Operation, Fault[]>>;
  open(): LayerService;
}

export interface ModelVersion {
  readonly version: number;
  readonly codeSha256: string;
  readonly architectures: readonly string[];
  readonly runtimes: readonly string[];
  readonly description?: string;
  statements: Record<string, unknown>[];
}

export type Operation =
  | 'ListLayerVersions'
  | 'GetLayerVersion'
  | 'GetLayerVersionPolicy'
  | 'PublishLayerVersion'
  | 'AddLayerVersionPermission';

export type Fault =
  | { readonly status: number; readonly type: string; readonly headers?: Record<string, string> }
  /** The connection ends: before anything is done, after, or with the work done that many milliseconds later. */
  | { readonly reset: 'before' | 'after' | number }
  | { readonly code: string };

/** A clock that passes only by sleeping, and chance that always draws the same. */
export interface TestClock extends Clock {
  readonly slept: number[];
}

export function createTestClock(): TestClock {
  let time = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      time += milliseconds;
    },
    random: () => 0.5,
  };
}

export function createLambdaModel(region = 'eu-west-1', clock = createTestClock()): LambdaModel {
  const late: { at: number; commit: () => void }[] = [];
  const model: LambdaModel = {
    region,
    clock,
    versions: [],
    requests: [],
    faults: {},
    open: () => createLayerService(createClient(), new AbortController().signal),
  };
  const createClient = () =>
    createLambdaClient({
      region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: { handle: async (request: Request) => ({ response: handle(request) as never }) },
    });

  function handle(request: Request): Response {
    for (const { commit } of late.splice(0, late.filter(({ at }) => at <= clock.now()).length)) commit();
    const operation = nameOperation(request);
    model.requests.push(operation);
    const fault = model.faults[operation]?.shift();
    if (fault === undefined) return serve(model, operation, request);
    if ('status' in fault) return fail(fault.status, fault.type, fault.headers);
    if ('code' in fault) throw Object.assign(new Error(`connect ${fault.code}`), { code: fault.code });
    if (fault.reset === 'after') serve(model, operation, request);
    if (typeof fault.reset === 'number') {
      late.push({ at: clock.now() + fault.reset, commit: () => serve(model, operation, request) });
    }
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  }
  return model;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: Uint8Array | string;
}

interface Response {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

function nameOperation({ method, path }: Request): Operation {
  if (path.endsWith('/policy'))
    return method === 'POST' ? 'AddLayerVersionPermission' : 'GetLayerVersionPolicy';
  if (path.endsWith('/versions')) return method === 'POST' ? 'PublishLayerVersion' : 'ListLayerVersions';
  return 'GetLayerVersion';
}

function serve(model: LambdaModel, operation: Operation, request: Request): Response {
  const [, name = '', number] = /layers\/([^/]+)\/versions(?:\/(\d+))?/.exec(request.path) ?? [];
  const layerArn = `arn:aws:lambda:${model.region}:123456789012:layer:${name}`;
  const body = request.body === undefined ? {} : JSON.parse(decodeBody(request.body) || '{}');
  if (operation === 'PublishLayerVersion') {
    const version = makeVersion(body, (model.versions.at(-1)?.version ?? 0) + 1);
    model.versions.push(version);
    return answer(201, describe(version, layerArn));
  }
  if (operation === 'ListLayerVersions') {
    const newestFirst = model.versions.toReversed().slice(0, 1);
    return answer(200, { LayerVersions: newestFirst.map((version) => describe(version, layerArn)) });
  }
  const version = model.versions.find((candidate) => candidate.version === Number(number));
  if (version === undefined) return fail(404, 'ResourceNotFoundException');
  if (operation === 'GetLayerVersion') return answer(200, describe(version, layerArn));
  if (operation === 'GetLayerVersionPolicy') {
    if (version.statements.length === 0) return fail(404, 'ResourceNotFoundException');
    return answer(200, { Policy: JSON.stringify({ Version: '2012-10-17', Statement: version.statements }) });
  }
  if (version.statements.some(({ Sid }) => Sid === body.StatementId)) {
    return fail(409, 'ResourceConflictException');
  }
  version.statements.push({
    Sid: body.StatementId,
    Effect: 'Allow',
    Principal: body.Principal,
    Action: body.Action,
    Resource: `${layerArn}:${version.version}`,
  });
  return answer(201, { Statement: '{}', RevisionId: 'r' });
}

/** Not by Buffer.from: the SDK warns about what it does to its bodies. */
export function decodeBody(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

function makeVersion(body: Record<string, never>, version: number): ModelVersion {
  const zip = Buffer.from((body.Content as unknown as { ZipFile: string }).ZipFile, 'base64');
  return {
    version,
    codeSha256: createHash('sha256').update(zip).digest('base64'),
    architectures: body.CompatibleArchitectures ?? [],
    runtimes: body.CompatibleRuntimes ?? [],
    description: body.Description ?? '',
    statements: [],
  };
}

function describe(version: ModelVersion, layerArn: string): object {
  return {
    Content: { CodeSha256: version.codeSha256 },
    LayerArn: layerArn,
    LayerVersionArn: `${layerArn}:${version.version}`,
    Version: version.version,
    CompatibleArchitectures: version.architectures,
    CompatibleRuntimes: version.runtimes,
    Description: version.description,
  };
}

function answer(statusCode: number, value: object, headers: Record<string, string> = {}): Response {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'request-1', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

function fail(status: number, type: string, headers: Record<string, string> = {}): Response {
  return answer(status, { Type: 'User', message: `${type} said` }, { ...headers, 'x-amzn-errortype': type });
}
