import type { IncomingHttpHeaders } from 'node:http';
import { URL } from 'node:url';
import type { CreatedFunction, FunctionHost } from './function-host.ts';
import { type Answer, fault, hashOf, type State } from './model.ts';

interface Call {
  /** Names in the path: a layer or function, and a version. */
  readonly names: readonly string[];
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly state: State;
  readonly host: FunctionHost;
}

interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  answer(call: Call): Answer | Promise<Answer>;
}

const account = '123456789012';
const region = 'eu-west-1';
/** Number of GetFunction answers that report Pending for a new function. */
const pendingAnswers = 1;

const routes: readonly Route[] = [
  {
    operation: 'PublishLayerVersion',
    method: 'POST',
    path: /^\/2018-10-31\/layers\/([^/]+)\/versions$/,
    answer: publishLayer,
  },
  {
    operation: 'ListLayerVersions',
    method: 'GET',
    path: /^\/2018-10-31\/layers\/([^/]+)\/versions$/,
    answer: ({ names: [name = ''], state }) => {
      const versions = (state.layers.get(name) ?? []).toReversed();
      const items = versions.map(({ arn, version, architectures }) => ({
        LayerVersionArn: arn,
        Version: version,
        CreatedDate: '2024-01-01T00:00:00.000+0000',
        CompatibleArchitectures: architectures,
      }));
      return { status: 200, body: { LayerVersions: items } };
    },
  },
  {
    operation: 'DeleteLayerVersion',
    method: 'DELETE',
    path: /^\/2018-10-31\/layers\/([^/]+)\/versions\/(\d+)$/,
    answer: ({ names: [name = '', version], state }) => {
      const versions = state.layers.get(name) ?? [];
      state.layers.set(
        name,
        versions.filter((layer) => layer.version !== Number(version)),
      );
      return { status: 204 };
    },
  },
  {
    operation: 'CreateFunction',
    method: 'POST',
    path: /^\/2015-03-31\/functions$/,
    answer: createFunction,
  },
  {
    operation: 'GetFunction',
    method: 'GET',
    path: /^\/2015-03-31\/functions\/([^/]+)$/,
    answer: ({ names: [name = ''], state }) => {
      const found = state.functions.get(name);
      if (found === undefined) return missing(name);
      const isActive = found.pending === 0;
      if (!isActive) found.pending -= 1;
      const configuration = describe(found.configuration, isActive ? 'Active' : 'Pending');
      return { status: 200, body: { Configuration: configuration, Code: { RepositoryType: 'S3' } } };
    },
  },
  {
    operation: 'Invoke',
    method: 'POST',
    path: /^\/2015-03-31\/functions\/([^/]+)\/invocations$/,
    answer: invoke,
  },
  {
    operation: 'DeleteFunction',
    method: 'DELETE',
    path: /^\/2015-03-31\/functions\/([^/]+)$/,
    answer: async ({ names: [name = ''], state }) => {
      const found = state.functions.get(name);
      if (found === undefined) return missing(name);
      state.functions.delete(name);
      await found.running.stop();
      return { status: 204 };
    },
  },
];

export function matchRoute(
  method: string,
  url: string,
): (Route & { readonly names: readonly string[] }) | undefined {
  const { pathname } = new URL(url, 'http://lambda');
  for (const route of routes) {
    const match = route.method === method ? route.path.exec(pathname) : null;
    if (match !== null) return { ...route, names: match.slice(1).map(decodeURIComponent) };
  }
  return undefined;
}

function publishLayer({ names: [name = ''], body, state }: Call): Answer {
  const request = JSON.parse(body.toString()) as {
    readonly Content: { readonly ZipFile: string };
    readonly Description?: string;
    readonly CompatibleArchitectures?: readonly string[];
  };
  const zip = Buffer.from(request.Content.ZipFile, 'base64');
  const versions = state.layers.get(name) ?? [];
  const version = versions.length + 1;
  const layerArn = `arn:aws:lambda:${region}:${account}:layer:${name}`;
  const architectures = request.CompatibleArchitectures ?? [];
  state.layers.set(name, [...versions, { arn: `${layerArn}:${version}`, version, zip, architectures }]);
  return {
    status: 201,
    body: {
      Content: { Location: 'https://example.invalid/layer', CodeSha256: hashOf(zip), CodeSize: zip.length },
      LayerArn: layerArn,
      LayerVersionArn: `${layerArn}:${version}`,
      Description: request.Description,
      CreatedDate: '2024-01-01T00:00:00.000+0000',
      Version: version,
      CompatibleArchitectures: architectures,
    },
  };
}

async function createFunction({ body, state, host }: Call): Promise<Answer> {
  const configuration = JSON.parse(body.toString()) as CreatedFunction;
  const { FunctionName: name, Role } = configuration;
  if (state.functions.has(name)) {
    return fault(409, 'ResourceConflictException', `Function already exist: ${name}`);
  }
  if (Role.endsWith('/untrusted')) {
    return fault(
      400,
      'InvalidParameterValueException',
      'The role defined for the function cannot be assumed by Lambda.',
    );
  }
  const zips: Buffer[] = [];
  for (const arn of configuration.Layers ?? []) {
    const layer = [...state.layers.values()].flat().find((candidate) => candidate.arn === arn);
    if (layer === undefined) {
      return fault(400, 'InvalidParameterValueException', `Layer version ${arn} does not exist.`);
    }
    zips.push(layer.zip);
  }
  const running = await host.start(configuration, zips);
  state.functions.set(name, { configuration, running, pending: pendingAnswers });
  return { status: 201, body: describe(configuration, 'Pending') };
}

/** Size of the end of the log that Invoke returns. */
const tailBytes = 4096;

async function invoke({ names: [name = ''], body, headers, state }: Call): Promise<Answer> {
  const found = state.functions.get(name);
  if (found === undefined) return missing(name);
  if (found.pending > 0) {
    return fault(
      409,
      'ResourceConflictException',
      'The function is currently in the following state: Pending',
    );
  }
  const { payload, isError, log } = await found.running.invoke(body.toString());
  const tail = Buffer.from(log).subarray(-tailBytes).toString('base64');
  return {
    status: 200,
    raw: payload,
    headers: {
      'x-amz-executed-version': '$LATEST',
      ...(isError && { 'x-amz-function-error': 'Unhandled' }),
      ...(headers['x-amz-log-type'] === 'Tail' && { 'x-amz-log-result': tail }),
    },
  };
}

function missing(name: string): Answer {
  const arn = `arn:aws:lambda:${region}:${account}:function:${name}`;
  return fault(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
}

function describe(configuration: CreatedFunction, state: 'Pending' | 'Active') {
  const { Code, Layers = [], ...rest } = configuration;
  return {
    ...rest,
    FunctionArn: `arn:aws:lambda:${region}:${account}:function:${rest.FunctionName}`,
    CodeSize: Code.ZipFile.length,
    CodeSha256: hashOf(Buffer.from(Code.ZipFile, 'base64')),
    LastModified: '2024-01-01T00:00:00.000+0000',
    Version: '$LATEST',
    State: state,
    Layers: Layers.map((arn) => ({ Arn: arn, CodeSize: 1 })),
  };
}
