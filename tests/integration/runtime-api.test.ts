import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRun } from '#lib/node/command.ts';
import { describeError } from '#lib/node/errors.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { type AwsClient, startAwsClient } from '../stand-ins/runtime-api/aws-client.ts';
import { fetchNodeClient } from '../stand-ins/runtime-api/node-client.ts';
import { buildRustClient } from '../stand-ins/runtime-api/rust-client.ts';
import { startRuntimeApi } from '../stand-ins/runtime-api/server.ts';

// Other tests use a server that stands in for the Runtime API. These tests connect AWS's own clients to it. Their
// requests are known from their source code and AWS's documentation, so the recorded bytes are compared with them.

const run = createRun(silentLogger());
const folders: AsyncDisposable[] = [];
afterAll(async () => {
  for (const folder of folders) await folder[Symbol.asyncDispose]();
});

/** Returns a client, or the reason why it is not available on this machine. */
async function clientOrReason(client: Promise<AwsClient>): Promise<AwsClient | string> {
  return client.catch((error: unknown) => describeError(error).split('\n').slice(0, 2).join(' '));
}

async function start(client: AwsClient | string, skip: (reason: string) => never) {
  if (typeof client === 'string') skip(`The client is not available: ${client}`);
  const api = await startRuntimeApi();
  const started = startAwsClient(client as AwsClient, api.address);
  return {
    ...api,
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

describe('the client for Node.js', () => {
  let client: AwsClient | string;
  beforeAll(async () => {
    const folder = await temporaryFolder();
    folders.push(folder);
    client = await clientOrReason(fetchNodeClient(folder.path, run));
  });

  test('streams bytes', async ({ skip }) => {
    await using api = await start(client, skip);
    const response = await api.invoke({ parts: ['first', 'second part', 'é'] });
    expect(response).toMatchObject({ kind: 'response', status: 202, isComplete: true, trailers: {} });
    expect(response.wire.head.slice(1).filter((line) => !/^(Host|Connection):/.test(line))).toEqual([
      'Lambda-Runtime-Function-Response-Mode: streaming',
      'Trailer: Lambda-Runtime-Function-Error-Type',
      'Trailer: Lambda-Runtime-Function-Error-Body',
      'Content-Type: application/octet-stream',
      'Transfer-Encoding: chunked',
    ]);
    expect(response.wire.body.toString()).toBe('5\r\nfirst\r\nb\r\nsecond part\r\n2\r\né\r\n0\r\n\r\n');
    expect(response.chunks.map(({ bytes }) => bytes.toString())).toEqual(['first', 'second part', 'é']);
    expect(response.body.toString()).toBe('firstsecond parté');
  });

  test('streams an HTTP response: the prelude, eight NUL bytes, the body', async ({ skip }) => {
    await using api = await start(client, skip);
    const prelude = { statusCode: 418, headers: { 'x-tea': 'pot' }, cookies: ['a=b'] };
    const { headers, chunks } = await api.invoke({ prelude, parts: ['short and stout'] });
    expect(headers['content-type']).toBe('application/vnd.awslambda.http-integration-response');
    expect(chunks.map(({ bytes }) => bytes.toString())).toEqual([
      '{"statusCode":418,"headers":{"x-tea":"pot"},"cookies":["a=b"]}',
      '\0\0\0\0\0\0\0\0',
      'short and stout',
    ]);
  });

  test('reports an error after the first part in trailers', async ({ skip }) => {
    await using api = await start(client, skip);
    const { trailers, wire, chunks, ...response } = await api.invoke({ parts: ['begun'], error: 'no more' });
    expect(response).toMatchObject({ kind: 'response', status: 202, isComplete: true });
    expect(chunks.map(({ bytes }) => bytes.toString())).toEqual(['begun']);
    const body = trailers['lambda-runtime-function-error-body'] ?? '';
    expect(trailers['lambda-runtime-function-error-type']).toBe('TypeError');
    expect(JSON.parse(Buffer.from(body, 'base64').toString())).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'no more',
    });
    expect(wire.body.toString()).toBe(
      '5\r\nbegun\r\n0\r\nLambda-Runtime-Function-Error-Type: TypeError\r\n' +
        `Lambda-Runtime-Function-Error-Body: ${body}\r\n\r\n`,
    );
  });

  test('reports an init error', async ({ skip }) => {
    if (typeof client === 'string') return skip(`The client is not available: ${client}`);
    const environment = { ...client.environment, _HANDLER: 'nowhere.handler' };
    await using api = await start({ ...client, environment }, skip);
    await expect.poll(() => api.responses, { timeout: 10_000 }).toHaveLength(1);
    expect(api.responses[0]).toMatchObject({ kind: 'init-error', status: 202 });
    expect(JSON.parse(String(api.responses[0]?.body))).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
    });
  });
});

describe('the client for Rust', () => {
  let client: AwsClient | string;
  beforeAll(async () => {
    client = await clientOrReason(buildRustClient(run));
  }, 600_000);

  test('sends a response in one piece, and reports errors', async ({ skip }) => {
    await using api = await start(client, skip);
    const response = await api.invoke({ result: { list: [1, 'é'] } });
    expect(response).toMatchObject({ kind: 'response', status: 202, chunks: [], isComplete: true });
    expect(response.body.toString()).toBe('{"list":[1,"é"]}');
    const failure = await api.invoke({ error: 'wrong event' });
    expect(failure).toMatchObject({ kind: 'error', status: 202 });
    expect(JSON.parse(failure.body.toString())).toMatchObject({ errorMessage: 'wrong event' });
  });

  test('streams an HTTP response', async ({ skip }) => {
    await using api = await start(client, skip);
    const event = { status: 201, headers: { 'x-a': 'b' }, cookies: ['c=d'], parts: ['one', 'two'] };
    const { headers, chunks, isComplete } = await api.invoke(event);
    expect(headers).toMatchObject({
      'content-type': 'application/vnd.awslambda.http-integration-response',
      'lambda-runtime-function-response-mode': 'streaming',
      trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    });
    const [prelude, ...rest] = chunks.map(({ bytes }) => bytes.toString());
    expect(JSON.parse(prelude ?? '')).toEqual({
      statusCode: 201,
      headers: { 'x-a': 'b', 'content-type': 'application/octet-stream' },
      cookies: ['c=d'],
    });
    expect(rest).toEqual(['\0\0\0\0\0\0\0\0', 'one', 'two']);
    expect(isComplete).toBe(true);
  });

  test('repeats the attempt id, without which a response is rejected', async ({ skip }) => {
    await using api = await start(client, skip);
    for (const event of [{ result: 1 }, { error: 'no' }, { parts: ['one'] }]) {
      const response = await api.invoke(event, { attemptId: 'attempt-1' });
      expect(response).toMatchObject({
        status: 202,
        headers: { 'lambda-runtime-invocation-id': 'attempt-1' },
      });
    }
  });

  test('continues after a response above 6 MB is rejected', async ({ skip }) => {
    await using api = await start(client, skip);
    const tooLarge = await api.invoke({ result: 'x'.repeat(7 * 1024 * 1024) });
    expect(tooLarge).toMatchObject({ kind: 'response', status: 413 });
    expect(await api.invoke({ result: 1 })).toMatchObject({ kind: 'response', status: 202 });
  });
});
