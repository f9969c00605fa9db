import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  AddLayerVersionPermissionCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installMoto, type Moto, startMoto } from '#lib/dev-tools/moto.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import {
  createLambdaModel,
  type ModelRequest,
  type ModelResponse,
  nameOperation,
  type Operation,
} from '../stand-ins/lambda-model.ts';
import { type ModelServer, startModelServer } from '../stand-ins/model-server.ts';

/** Tests the model of Lambda, which publish-layer's tests use, against descriptions by other authors. */
let moto: Moto;
let motoProgram: string;

beforeAll(async () => {
  motoProgram = await installMoto(createRun(silentLogger()));
  moto = await startMoto(motoProgram);
}, 600_000);
afterAll(() => moto[Symbol.asyncDispose]());

interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<
    Record<string, { readonly shape: string; readonly location?: string; readonly locationName?: string }>
  >;
  readonly member?: { readonly shape: string };
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly error?: { readonly httpStatusCode: number };
}

interface Service {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly http: {
          readonly method: string;
          readonly requestUri: string;
          readonly responseCode?: number;
        };
        readonly input: { readonly shape: string };
        readonly output: { readonly shape: string };
        readonly errors: readonly { readonly shape: string }[];
      }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Reads botocore's service model, a dependency of moto. */
function readService(): Service {
  const pattern = resolve(
    motoProgram,
    '../../lib/python3*/site-packages/botocore/data/lambda/2015-03-31/service-2.json.gz',
  );
  const [file = ''] = globSync(pattern);
  return JSON.parse(gunzipSync(readFileSync(file)).toString()) as Service;
}

/** Returns the faults of a value compared with a shape of the service. */
function findFaults(value: unknown, name: string, { shapes }: Service, path = name): readonly string[] {
  const shape = shapes[name];
  if (shape === undefined) return [`${path}: no shape ${name}`];
  const service = { shapes } as Service;
  if (shape.type === 'structure') {
    if (typeof value !== 'object' || value === null) return [`${path} is not a structure`];
    const members = shape.members ?? {};
    const missing = (shape.required ?? []).filter((member) => !(member in value));
    return [
      ...missing.map((member) => `${path}.${member} is missing`),
      ...Object.entries(value).flatMap(([member, own]) => {
        const target = members[member];
        return target === undefined
          ? [`${path}.${member} is unknown`]
          : findFaults(own, target.shape, service, `${path}.${member}`);
      }),
    ];
  }
  if (shape.type === 'list') {
    if (!Array.isArray(value)) return [`${path} is not a list`];
    return value.flatMap((item) => findFaults(item, shape.member?.shape ?? '', service, `${path}[]`));
  }
  if (['integer', 'long'].includes(shape.type))
    return Number.isInteger(value) ? [] : [`${path} is not a number`];
  if (typeof value !== 'string') return [`${path} is not a string`];
  if (shape.enum !== undefined && !shape.enum.includes(value)) return [`${path} is not of ${name}`];
  const isInvalid = shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`).test(value);
  return isInvalid ? [`${path} does not match ${shape.pattern}`] : [];
}

const layerPath = '/2018-10-31/layers/php-82/versions';
const request = (
  method: string,
  path: string,
  body: object = {},
  query: Record<string, string> = {},
): ModelRequest => ({
  method,
  path,
  query,
  body: JSON.stringify(body),
});
const publish = {
  Content: { ZipFile: Buffer.from('zip').toString('base64') },
  CompatibleArchitectures: ['arm64'],
  CompatibleRuntimes: ['provided.al2023'],
  Description: 'PHP',
  LicenseInfo: 'MIT',
};
const grant = { StatementId: 'public', Action: 'lambda:GetLayerVersion', Principal: '*' };
const arn = 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:1';

/** Successful calls of every operation. */
const calls: readonly [Operation, ModelRequest][] = [
  ['ListLayerVersions', request('GET', layerPath)],
  ['PublishLayerVersion', request('POST', layerPath, publish)],
  ['ListLayerVersions', request('GET', layerPath, {}, { MaxItems: '1' })],
  ['GetLayerVersion', request('GET', `${layerPath}/1`)],
  ['GetLayerVersionByArn', request('GET', '/2018-10-31/layers', {}, { find: 'LayerVersion', Arn: arn })],
  ['AddLayerVersionPermission', request('POST', `${layerPath}/1/policy`, grant)],
  [
    'AddLayerVersionPermission',
    request('POST', `${layerPath}/1/policy`, {
      ...grant,
      StatementId: 'organization',
      OrganizationId: 'o-0123456789',
    }),
  ],
  ['GetLayerVersionPolicy', request('GET', `${layerPath}/1/policy`)],
];

/** Refused calls after the successful ones. */
const refusals: readonly [string, Operation, ModelRequest, number][] = [
  ['a missing version', 'GetLayerVersion', request('GET', `${layerPath}/7`), 404],
  ['a missing policy', 'GetLayerVersionPolicy', request('GET', `${layerPath}/7/policy`), 404],
  ['a taken statement id', 'AddLayerVersionPermission', request('POST', `${layerPath}/1/policy`, grant), 409],
  ['an invalid name', 'ListLayerVersions', request('GET', '/2018-10-31/layers/php.82/versions'), 400],
];

function replay(): {
  readonly model: ReturnType<typeof createLambdaModel>;
  readonly responses: readonly ModelResponse[];
} {
  const model = createLambdaModel('eu-west-1');
  return { model, responses: calls.map(([, call]) => model.handle(call)) };
}

describe("against botocore's model of the service", () => {
  test.each(calls.map(([operation], index) => [index, operation] as const))(
    'call %i, %s, has the right path, status and response',
    (index, operation) => {
      const service = readService();
      const [, call] = calls[index] ?? ['', request('', '')];
      const { http, output } = service.operations[operation] ?? {
        http: { method: '', requestUri: '' },
        output: { shape: '' },
      };
      const [path = '', query = ''] = http.requestUri.split('?');
      expect(call.method).toBe(http.method);
      expect(call.path).toMatch(new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`));
      expect(query === '' || new URLSearchParams(query).get('find') === call.query.find).toBe(true);
      expect(nameOperation(call)).toBe(operation);
      const response = replay().responses[index];
      expect(response?.status).toBe(http.responseCode ?? 200);
      expect(findFaults(JSON.parse(response?.body ?? ''), output.shape, service)).toEqual([]);
    },
  );

  test.each(refusals)('%s is an error of the operation, with its status', (_, operation, call, status) => {
    const service = readService();
    const response = replay().model.handle(call);
    const type = response.headers['x-amzn-errortype'] ?? '';
    expect(service.operations[operation]?.errors.map(({ shape }) => shape)).toContain(type);
    expect(response.status).toBe(status);
    expect(service.shapes[type]?.error?.httpStatusCode).toBe(status);
    expect(findFaults(JSON.parse(response.body), type, service)).toEqual([]);
  });

  test('another account can read a version only after a grant', () => {
    const byArn = calls[4]?.[1] ?? request('', '');
    const model = createLambdaModel('eu-west-1');
    model.handle(request('POST', layerPath, publish));
    expect(model.handle(byArn, '210987654321').status).toBe(403);
    model.handle(request('POST', `${layerPath}/1/policy`, grant));
    expect(model.handle(byArn, '210987654321').status).toBe(200);
  });
});

describe('against moto', () => {
  const omit = ({ $metadata, ...output }: Record<string, unknown>) => output;

  async function callAll(url: string): Promise<readonly unknown[]> {
    const client = new LambdaClient({
      region: 'eu-west-1',
      endpoint: url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    const key = { LayerName: 'php-82', VersionNumber: 1 };
    const outputs: unknown[] = [];
    const record = async (call: Promise<object>) => {
      try {
        outputs.push(normalize(omit((await call) as Record<string, unknown>)));
      } catch (error) {
        const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
        outputs.push(`${name} ${$metadata?.httpStatusCode}`);
      }
    };
    const content = { Content: { ZipFile: Buffer.from('zip') }, CompatibleArchitectures: ['arm64' as const] };
    await record(client.send(new ListLayerVersionsCommand({ LayerName: 'php-82', MaxItems: 1 })));
    await record(
      client.send(new PublishLayerVersionCommand({ LayerName: 'php-82', ...content, Description: 'one' })),
    );
    await record(
      client.send(new PublishLayerVersionCommand({ LayerName: 'php-82', ...content, Description: 'two' })),
    );
    await record(client.send(new ListLayerVersionsCommand({ LayerName: 'php-82' })));
    await record(client.send(new GetLayerVersionCommand(key)));
    await record(client.send(new GetLayerVersionCommand({ ...key, VersionNumber: 9 })));
    await record(client.send(new GetLayerVersionPolicyCommand(key)));
    await record(client.send(new AddLayerVersionPermissionCommand({ ...key, ...grant })));
    await record(client.send(new GetLayerVersionPolicyCommand(key)));
    return outputs;
  }

  /** Removes values that may differ: times, links, random ids and empty values. */
  function normalize(output: unknown): unknown {
    if (Array.isArray(output)) return output.map(normalize);
    if (typeof output !== 'object' || output === null) return output;
    const kept = Object.entries(output).filter(
      ([name, value]) =>
        !['CreatedDate', 'Location', 'RevisionId', 'LayerArn'].includes(name) &&
        value !== '' &&
        !(Array.isArray(value) && value.length === 0 && name !== 'LayerVersions'),
    );
    return Object.fromEntries(
      kept.map(([name, value]) => [
        name,
        ['Policy', 'Statement'].includes(name) && typeof value === 'string'
          ? JSON.parse(value)
          : normalize(value),
      ]),
    );
  }

  test('the same calls have the same outputs', async () => {
    await using server: ModelServer = await startModelServer();
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    const expected = JSON.parse(JSON.stringify(await callAll(moto.url)));
    expect(await callAll(server.url)).toEqual(expected);
  });
});
