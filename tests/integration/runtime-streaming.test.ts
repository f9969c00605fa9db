import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRun } from '#lib/node/command.ts';
import { describeError } from '#lib/node/errors.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { serve } from '../stand-ins/file-server.ts';
import { startAwsClient } from '../stand-ins/runtime-api/aws-client.ts';
import {
  findLayerImage,
  type LayerFunction,
  startLayerFunction,
} from '../stand-ins/runtime-api/layer-function.ts';
import { fetchNodeClient } from '../stand-ins/runtime-api/node-client.ts';
import { type RuntimeApi, type RuntimeResponse, startRuntimeApi } from '../stand-ins/runtime-api/server.ts';

const run = createRun(silentLogger());
const streamed = { BREF_STREAMED_MODE: '1' };
const functionImage = await findLayerImage('php-82');
const fpmImage = await findLayerImage('php-82-fpm');

/** Returns the name of a group of tests, with the reason if they are skipped because an image is missing. */
const groupName = (name: string, image: string | undefined) =>
  image === undefined
    ? `${name} (skipped: no images of the layers, run \`make docker-images-php-82\`)`
    : name;

/** A function on a layer, and its Runtime API. */
interface Fixture extends AsyncDisposable {
  readonly api: RuntimeApi;
  readonly function: LayerFunction;
}

async function start(
  image: string,
  handler: string,
  environment: Record<string, string> = streamed,
): Promise<Fixture> {
  const api = await startRuntimeApi();
  const code = { 'handler.php': handler };
  const layerFunction = await startLayerFunction({ api: api.address, image, code, environment });
  return {
    api,
    function: layerFunction,
    [Symbol.asyncDispose]: async () => {
      await layerFunction[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

/** Starts a server that delays its responses until a condition holds. */
function startGate(isOpen: () => boolean) {
  return serve(async (_request, response) => {
    while (!isOpen()) await sleep(10);
    response.end('go on');
  });
}

const texts = ({ chunks }: RuntimeResponse): readonly string[] => chunks.map(({ bytes }) => bytes.toString());

/** Returns the error in the trailers of a stream. */
function trailingError({ trailers }: RuntimeResponse): unknown {
  const body = trailers['lambda-runtime-function-error-body'] ?? '';
  return {
    type: trailers['lambda-runtime-function-error-type'],
    ...JSON.parse(Buffer.from(body, 'base64').toString()),
  };
}

/** Header lines in which two clients may differ. */
const clientSpecific = /^(POST|Host|User-Agent|Connection):? /;

/** Returns the sorted header lines of a request without client-specific ones, and the bytes of its body. */
function wireOf({ wire }: RuntimeResponse) {
  return {
    head: wire.head.filter((line) => !clientSpecific.test(line)).sort(),
    body: wire.body.toString('latin1'),
  };
}

/** Returns the request of AWS's client for Node.js for an event, or a reason if the client is not available. */
async function wireOfAws(event: unknown) {
  await using folder = await temporaryFolder();
  const client = await fetchNodeClient(folder.path, run).catch((error: unknown) => describeError(error));
  if (typeof client === 'string') return client;
  await using api = await startRuntimeApi();
  await using _function = startAwsClient(client, api.address);
  return wireOf(await api.invoke(event));
}

describe.skipIf(functionImage === undefined)(groupName('a function that streams', functionImage), () => {
  const handler = `<?php
    function parts(array $event): Generator
    {
        foreach ($event['parts'] ?? [] as $part) {
            yield $part;
        }
        if (isset($event['gate'])) {
            yield file_get_contents($event['gate']);
        }
        match ($event['end'] ?? '') {
            'error' => throw new DomainException('no more', 0, new LogicException('the cause')),
            'exit' => exit(0),
            'memory' => [ini_set('memory_limit', '20M'), str_repeat('x', 100_000_000)],
            'kill' => posix_kill(getmypid(), SIGKILL),
            '' => null,
        };
    }

    return static fn (array $event): mixed => match ($event['as']) {
        'bytes' => parts($event),
        'http' => $event['prelude'] + ['body' => parts($event)],
        'iterator' => new ArrayIterator($event['parts']),
        'collection' => new class($event['parts']) extends ArrayIterator implements JsonSerializable {
            public function jsonSerialize(): array
            {
                return $this->getArrayCopy();
            }
        },
        'value' => $event['value'],
    };`;
  let fixture: Fixture;
  const invoke = (event: unknown, options = {}) => fixture.api.invoke(event, options);

  beforeAll(async () => {
    fixture = await start(functionImage ?? '', handler);
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test('sends each part before the next one exists', async () => {
    await using permission = await startGate(() => fixture.api.hasReceived('before the gate'));
    const response = await invoke({ as: 'bytes', parts: ['before the gate'], gate: permission.url });
    expect(texts(response)).toEqual(['before the gate', 'go on']);
    expect(response).toMatchObject({ kind: 'response', status: 202, isComplete: true, trailers: {} });
  });

  test.for([
    ['bytes', 'bytes', { parts: ['first', 'second part', 'é', 'x'.repeat(70_000)] }],
    [
      'an HTTP response',
      'http',
      {
        prelude: { statusCode: 418, headers: { a: 'b' }, cookies: ['c=d', 'e=f'] },
        parts: ['short', 'stout'],
      },
    ],
    [
      'a body that looks like the end of a prelude',
      'http',
      { prelude: { statusCode: 200, headers: {}, cookies: [] }, parts: ['\0\0\0\0\0\0\0\0'] },
    ],
  ] as const)("sends %s byte by byte like AWS's client", async ([_what, as, event], { skip }) => {
    const expected = await wireOfAws(event);
    if (typeof expected === 'string') skip(expected);
    expect(wireOf(await invoke({ as, ...event }))).toEqual(expected);
  });

  test('closes the connection at the end, as AWS requires', async () => {
    expect((await invoke({ as: 'bytes', parts: ['x'] })).headers.connection).toBe('close');
  });

  test('streams every iterable value that is not JsonSerializable', async () => {
    expect(texts(await invoke({ as: 'iterator', parts: ['a', 1, 2.5] }))).toEqual(['a', '1', '2.5']);
    const collection = await invoke({ as: 'collection', parts: ['a', 1] });
    expect(collection).toMatchObject({ chunks: [], headers: { 'content-type': 'application/json' } });
    expect(collection.body.toString()).toBe('["a",1]');
  });

  test('streams an HTTP response with a body in one piece', async () => {
    const value = { statusCode: 404, headers: { a: 'b' }, body: Buffer.from('gone').toString('base64') };
    const [prelude, , body] = texts(
      await invoke({ as: 'value', value: { ...value, isBase64Encoded: true } }),
    );
    expect(JSON.parse(prelude ?? '')).toEqual({ statusCode: 404, headers: { a: 'b' }, cookies: [] });
    expect(body).toBe('gone');
  });

  test('sends any other value as JSON in one piece', async () => {
    expect((await invoke({ as: 'value', value: { list: [1] } })).body.toString()).toBe('{"list":[1]}');
  });

  test('reports an error before the first part as an ordinary error', async () => {
    const response = await invoke({ as: 'http', prelude: { statusCode: 200 }, end: 'error' });
    expect(response).toMatchObject({ kind: 'error', status: 202 });
    expect(JSON.parse(response.body.toString())).toMatchObject({
      errorType: 'DomainException',
      errorMessage: 'no more',
    });
  });

  test.each([
    [
      'an exception',
      'error',
      { type: 'DomainException', errorType: 'DomainException', errorMessage: 'no more' },
    ],
    ['exit()', 'exit', { type: 'UnexpectedExit', errorMessage: expect.stringContaining('exit()') }],
    [
      'a fatal error',
      'memory',
      { type: 'FatalError', errorMessage: expect.stringContaining('Allowed memory size') },
    ],
  ])('reports %s after the first part at the end of the stream', async (_what, end, error) => {
    const response = await invoke({ as: 'bytes', parts: ['started'], end });
    expect(texts(response)).toEqual(['started']);
    expect(response).toMatchObject({ kind: 'response', status: 202, isComplete: true });
    expect(trailingError(response)).toMatchObject(error);
  });

  test('leaves a stream incomplete if its process is killed, and serves the next event', async () => {
    const response = await invoke({ as: 'bytes', parts: ['started'], end: 'kill' });
    expect(response).toMatchObject({ kind: 'response', isComplete: false });
    expect(texts(await invoke({ as: 'bytes', parts: ['alive'] }))).toEqual(['alive']);
    await expect
      .poll(() => fixture.function.log())
      .toContain('The process that handled the event was killed by signal 9.');
  });

  test('reports the type of a part that is not a string', async () => {
    const response = await invoke({ as: 'bytes', parts: ['text', ['a list']] });
    expect(trailingError(response)).toMatchObject({
      errorMessage: expect.stringMatching(/^Each part of a streamed response must be a string; got array\./),
    });
  });

  test('logs that Lambda closed the connection, and serves the next event', async () => {
    const parts = Array.from({ length: 50 }, () => 'x'.repeat(100_000));
    expect(await invoke({ as: 'bytes', parts }, { closeAfterBytes: 1000 })).toMatchObject({
      isComplete: false,
    });
    expect(texts(await invoke({ as: 'bytes', parts: ['alive'] }))).toEqual(['alive']);
    await expect
      .poll(() => fixture.function.log())
      .toMatch(/ResponseRejected.*closed the connection in the middle/);
  });

  test('repeats the attempt id', async () => {
    const response = await invoke({ as: 'bytes', parts: ['x'] }, { attemptId: 'attempt-1' });
    expect(response).toMatchObject({ status: 202, headers: { 'lambda-runtime-invocation-id': 'attempt-1' } });
  });

  test('does not stream without BREF_STREAMED_MODE', async () => {
    await using other = await start(functionImage ?? '', handler, {});
    for (const event of [{ as: 'bytes' }, { as: 'http', prelude: { statusCode: 200 } }]) {
      const response = await other.api.invoke({ ...event, parts: ['x'] });
      expect(response.kind).toBe('error');
      expect(response.body.toString()).toContain('BREF_STREAMED_MODE=1');
    }
  });
});

describe.skipIf(fpmImage === undefined)(groupName('PHP-FPM that streams', fpmImage), () => {
  const handler = `<?php
    http_response_code(201);
    header('Content-Type: text/plain');
    header('X-List: a');
    header('X-List: b', false);
    setcookie('c', 'd');
    setcookie('e', 'f');
    $send = static function (string $text): void {
        echo $text;
        flush();
    };
    match ($_GET['what']) {
        'parts' => [$send('first'), $send('second')],
        'gate' => [$send('before the gate'), $send(file_get_contents($_GET['url']))],
        'unflushed' => print 'all in one',
        'nothing' => null,
        'long' => [ini_set('memory_limit', '8M'), array_map($send, array_fill(0, 200, str_repeat('x', 100_000)))],
        'die' => [$send('started'), posix_kill(getmypid(), SIGKILL)],
        'die first' => posix_kill(getmypid(), SIGKILL),
        'hang' => [$send('started'), sleep(60)],
        'linger' => [$send(str_repeat('x', 200_000)), usleep(200_000), $send('noticed'), usleep(500_000), $send('stale')],
    };`;
  let fixture: Fixture;
  const invoke = (query: Record<string, string>, options = {}) =>
    fixture.api.invoke(
      {
        version: '2.0',
        rawPath: '/',
        rawQueryString: new URLSearchParams(query).toString(),
        headers: { host: 'example.com' },
        requestContext: { http: { method: 'GET' } },
      },
      options,
    );

  beforeAll(async () => {
    fixture = await start(fpmImage ?? '', handler);
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test('sends flushed output while the script runs', async () => {
    await using permission = await startGate(() => fixture.api.hasReceived('before the gate'));
    const response = await invoke({ what: 'gate', url: permission.url });
    expect(texts(response).slice(2)).toEqual(['before the gate', 'go on']);
  });

  test("sends the same bytes as AWS's client", async ({ skip }) => {
    const response = await invoke({ what: 'parts' });
    const prelude = {
      statusCode: 201,
      headers: { 'Content-type': 'text/plain;charset=UTF-8', 'X-List': 'a, b' },
      cookies: ['c=d', 'e=f'],
    };
    const parts = texts(response).slice(2);
    expect(parts.join('')).toBe('firstsecond');
    const expected = await wireOfAws({ prelude, parts });
    if (typeof expected === 'string') skip(expected);
    expect(wireOf(response)).toEqual(expected);
  });

  test('sends a response without a body', async () => {
    const response = await invoke({ what: 'nothing' });
    expect(texts(response)).toHaveLength(2);
    expect(response).toMatchObject({ status: 202, isComplete: true, trailers: {} });
  });

  test('sends more than fits into memory or into a buffered response', async () => {
    const response = await invoke({ what: 'long' });
    expect(response).toMatchObject({ status: 202, isComplete: true, trailers: {} });
    expect(response.body.subarray(response.body.lastIndexOf(0) + 1).length).toBe(20_000_000);
  });

  test.each([
    ['the death of its worker', 'die', {}, { type: 'BrefLayer\\FpmFailure' }],
    ['a timeout', 'hang', { timeoutMs: 2500 }, { type: 'BrefLayer\\FpmTimeout' }],
  ])('reports %s at the end of the stream, and serves the next event', async (_why, what, options, error) => {
    const response = await invoke({ what }, options);
    expect(texts(response).slice(2)).toEqual(['started']);
    expect(trailingError(response)).toMatchObject(error);
    expect(texts(await invoke({ what: 'unflushed' })).slice(2)).toEqual(['all in one']);
  });

  test('reports the death of its worker before any output as an ordinary error', async () => {
    expect(await invoke({ what: 'die first' })).toMatchObject({ kind: 'error', status: 202 });
    expect(texts(await invoke({ what: 'unflushed' })).slice(2)).toEqual(['all in one']);
  });

  test.each(['long', 'linger'])(
    'does not mix responses after Lambda closed the connection of one (%s)',
    async (what) => {
      expect(await invoke({ what }, { closeAfterBytes: 100_000 })).toMatchObject({ isComplete: false });
      expect(texts(await invoke({ what: 'unflushed' })).slice(2)).toEqual(['all in one']);
    },
  );
});
