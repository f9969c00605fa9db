import type { LayerStore, LayerVersion } from './layer-store.ts';

/** A request whose body has been received. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly region: string;
  /** Only for a publish request: the hash of the zip, and the rest of the JSON. */
  readonly upload?: Pick<LayerVersion, 'codeSha256' | 'properties'>;
  readonly text: string;
}

export interface ApiResponse {
  readonly status: number;
  /** JSON, or XML as a string. */
  readonly body: Readonly<Record<string, unknown>> | string;
  /** AWS's error code. */
  readonly errorType?: string;
}

const account = '123456789012';

/** Parses a path of Lambda's layer API; undefined for any other. */
export function parsePath(path: string): { layer: string; number?: number; isPolicy: boolean } | undefined {
  const match = /^\/2018-10-31\/layers\/([^/]+)\/versions(?:\/(\d+))?(\/policy)?$/.exec(path);
  if (match?.[1] === undefined) return undefined;
  const [, layer, number, policy] = match;
  return { layer, isPolicy: policy !== undefined, ...(number !== undefined && { number: Number(number) }) };
}

/** Handles the five calls of publishing and STS's GetCallerIdentity, with the shapes of botocore's service models. */
export function handleApiRequest(request: ApiRequest, store: LayerStore): ApiResponse {
  const { method, region } = request;
  const target = parsePath(request.path);
  if (target === undefined) return identify(request.text);
  const { layer, number, isPolicy } = target;
  const describe = (version: LayerVersion, versionNumber: number) =>
    describeVersion(version, toArn(region, layer, versionNumber), versionNumber);
  if (request.upload !== undefined) {
    const version = { ...request.upload, isPublic: false };
    return { status: 201, body: describe(version, store.add(region, layer, version)) };
  }
  const versions = store.list(region, layer);
  if (number === undefined) {
    const items = versions.map((version, index) => describe(version, index + 1));
    return { status: 200, body: { LayerVersions: items.toReversed() } };
  }
  const version = versions[number - 1];
  if (version === undefined) return refuse(404, 'ResourceNotFoundException', 'The version does not exist.');
  if (!isPolicy) return { status: 200, body: describe(version, number) };
  return method === 'POST'
    ? grant(version, toArn(region, layer, number))
    : readPolicy(version, toArn(region, layer, number));
}

function describeVersion(version: LayerVersion, arn: string, number: number): Record<string, unknown> {
  return {
    ...version.properties,
    Content: { CodeSha256: version.codeSha256, CodeSize: 1 },
    LayerArn: arn.replace(/:\d+$/, ''),
    LayerVersionArn: arn,
    Version: number,
    CreatedDate: '2026-01-01T00:00:00.000+0000',
  };
}

function grant(version: LayerVersion, arn: string): ApiResponse {
  if (version.isPublic) return refuse(409, 'ResourceConflictException', 'The statement id is taken.');
  version.isPublic = true;
  return { status: 201, body: { Statement: toPolicy(arn), RevisionId: '1' } };
}

function readPolicy(version: LayerVersion, arn: string): ApiResponse {
  if (!version.isPublic) return refuse(404, 'ResourceNotFoundException', 'The version has no policy.');
  return { status: 200, body: { Policy: toPolicy(arn), RevisionId: '1' } };
}

function toArn(region: string, layer: string, number: number): string {
  return `arn:aws:lambda:${region}:${account}:layer:${layer}:${number}`;
}

function toPolicy(arn: string): string {
  const statement = {
    Sid: 'public',
    Effect: 'Allow',
    Principal: '*',
    Action: 'lambda:GetLayerVersion',
    Resource: arn,
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [statement] });
}

function identify(form: string): ApiResponse {
  if (!form.includes('Action=GetCallerIdentity')) {
    return refuse(
      404,
      'UnknownOperationException',
      'This server supports only layers and GetCallerIdentity.',
    );
  }
  const result = `<Arn>arn:aws:iam::${account}:user/bench</Arn><UserId>bench</UserId><Account>${account}</Account>`;
  const name = 'GetCallerIdentity';
  return {
    status: 200,
    body: `<${name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${name}Result>${result}</${name}Result></${name}Response>`,
  };
}

function refuse(status: number, errorType: string, message: string): ApiResponse {
  return { status, errorType, body: { Type: 'User', message } };
}
