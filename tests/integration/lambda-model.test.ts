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
import {
  createLambdaModel,
  type ModelRequest,
  type ModelResponse,
  nameOperation,
  type Operation,
} from '../helpers/lambda-model.ts';
import { type ModelServer, startModelServer } from '../helpers/model-server.ts';
import { silentLogger } from '../helpers/silent-logger.ts';

/** The model of Lambda that the tests of publish-layer run against, held against what others say of Lambda. */
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

/** botocore's service model, as it comes with moto. */
function readService(): Service {
  const pattern = resolve(
    motoProgram,
    '../../lib/python3*/site-packages/botocore/data/lambda/2015-03-31/service-2.json.gz',
  );
  const [file = ''] = globSync(pattern);
  return JSON.parse(gunzipSync(readFileSync(file)).toString()) as Service;
}

/** What is wrong with a value as a shape of the service; empty where it is right. */
function findFaults(value: unknown, name: string, { shapes }: Service, path = name): readonly string[] {
  const shape = shapes[name];
  if (shape === undefined) return [`${path}: no shape ${name}`];
  const service = { shapes } as Service;
  if (shape.type === 'structure') {
    if (typeof value !== 'object' || value === null) return [`${path} is no structure`];
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
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item) => findFaults(item, shape.member?.shape ?? '', service, `${path}[]`));
  }
  if (['integer', 'long'].includes(shape.type))
    return Number.isInteger(value) ? [] : [`${path} is no number`];
  if (typeof value !== 'string') return [`${path} is no text`];
  if (shape.enum !== undefined && !shape.enum.includes(value)) return [`${path} is not of ${name}`];
  const isOdd = shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`).test(value);
  return isOdd ? [`${path} does not match ${shape.pattern}`] : [];
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

/** Every operation, answered well. */
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

/** Errors, after those. */
const refusals: readonly [string, Operation, ModelRequest, number][] = [
  ['a version that there is not', 'GetLayerVersion', request('GET', `${layerPath}/7`), 404],
  ['a policy that there is not', 'GetLayerVersionPolicy', request('GET', `${layerPath}/7/policy`), 404],
  [
    'a statement id that is taken',
    'AddLayerVersionPermission',
    request('POST', `${layerPath}/1/policy`, grant),
    409,
  ],
  ['a name that is none', 'ListLayerVersions', request('GET', '/2018-10-31/layers/php.82/versions'), 400],
];

function replay(): {
  readonly model: ReturnType<typeof createLambdaModel>;
  readonly answers: readonly ModelResponse[];
} {
  const model = createLambdaModel('eu-west-1');
  return { model, answers: calls.map(([, call]) => model.handle(call)) };
}

describe("against botocore's model of the service", () => {
  test.each(calls.map(([operation], index) => [index, operation] as const))(
    'call %i, %s, has the path, the status and the answer that it should have',
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
      const answer = replay().answers[index];
      expect(answer?.status).toBe(http.responseCode ?? 200);
      expect(findFaults(JSON.parse(answer?.body ?? ''), output.shape, service)).toEqual([]);
    },
  );

  test.each(refusals)('%s is an error of the operation, with its status', (_, operation, call, status) => {
    const service = readService();
    const answer = replay().model.handle(call);
    const type = answer.headers['x-amzn-errortype'] ?? '';
    expect(service.operations[operation]?.errors.map(({ shape }) => shape)).toContain(type);
    expect(answer.status).toBe(status);
    expect(service.shapes[type]?.error?.httpStatusCode).toBe(status);
    expect(findFaults(JSON.parse(answer.body), type, service)).toEqual([]);
  });

  test('a stranger is refused before a grant, and answered after', () => {
    const byArn = calls[4]?.[1] ?? request('', '');
    const model = createLambdaModel('eu-west-1');
    model.handle(request('POST', layerPath, publish));
    expect(model.handle(byArn, '210987654321').status).toBe(403);
    model.handle(request('POST', `${layerPath}/1/policy`, grant));
    expect(model.handle(byArn, '210987654321').status).toBe(200);
  });
});

describe('beside moto, by the same calls of the SDK', () => {
  const omit = ({ $metadata, ...answer }: Record<string, unknown>) => answer;

  async function talk(url: string): Promise<readonly unknown[]> {
    const client = new LambdaClient({
      region: 'eu-west-1',
      endpoint: url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    const key = { LayerName: 'php-82', VersionNumber: 1 };
    const said: unknown[] = [];
    const ask = async (call: Promise<object>) => {
      try {
        said.push(normalise(omit((await call) as Record<string, unknown>)));
      } catch (error) {
        const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
        said.push(`${name} ${$metadata?.httpStatusCode}`);
      }
    };
    const content = { Content: { ZipFile: Buffer.from('zip') }, CompatibleArchitectures: ['arm64' as const] };
    await ask(client.send(new ListLayerVersionsCommand({ LayerName: 'php-82', MaxItems: 1 })));
    await ask(
      client.send(new PublishLayerVersionCommand({ LayerName: 'php-82', ...content, Description: 'one' })),
    );
    await ask(
      client.send(new PublishLayerVersionCommand({ LayerName: 'php-82', ...content, Description: 'two' })),
    );
    await ask(client.send(new ListLayerVersionsCommand({ LayerName: 'php-82' })));
    await ask(client.send(new GetLayerVersionCommand(key)));
    await ask(client.send(new GetLayerVersionCommand({ ...key, VersionNumber: 9 })));
    await ask(client.send(new GetLayerVersionPolicyCommand(key)));
    await ask(client.send(new AddLayerVersionPermissionCommand({ ...key, ...grant })));
    await ask(client.send(new GetLayerVersionPolicyCommand(key)));
    return said;
  }

  /** Without what is somebody's own: times, links, random ids, empty values that are left out or said. */
  function normalise(answer: unknown): unknown {
    if (Array.isArray(answer)) return answer.map(normalise);
    if (typeof answer !== 'object' || answer === null) return answer;
    const kept = Object.entries(answer).filter(
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
          : normalise(value),
      ]),
    );
  }

  test('both say the same', async () => {
    await using server: ModelServer = await startModelServer();
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    // moto lists contents and sizes, which Lambda does not (botocore's model of LayerVersionsListItem).
    const ofMoto = JSON.parse(JSON.stringify(await talk(moto.url)));
    expect(await talk(server.url)).toEqual(ofMoto);
  });
});
