import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRun } from '#lib/node/command.ts';
import { describeError } from '#lib/node/errors.ts';
import { serve } from '../helpers/file-server.ts';
import { startAwsClient } from '../helpers/runtime-api/aws-client.ts';
import {
  findLayerImage,
  type LayerFunction,
  startLayerFunction,
} from '../helpers/runtime-api/layer-function.ts';
import { fetchNodeClient } from '../helpers/runtime-api/node-client.ts';
import { type Answer, type RuntimeApi, startRuntimeApi } from '../helpers/runtime-api/server.ts';
import { silentLogger } from '../helpers/silent-logger.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const run = createRun(silentLogger());
const streamed = { BREF_STREAMED_MODE: '1' };
const functionImage = await findLayerImage('php-82');
const fpmImage = await findLayerImage('php-82-fpm');

/** The name of a group of tests that need an image; where that is not there, with the reason why they are skipped. */
const named = (name: string, image: string | undefined) =>
  image === undefined
    ? `${name} (skipped: no images of the layers, run \`make docker-images-php-82\`)`
    : name;

/** A function on a layer, with the Runtime API that it serves. */
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

/** A server that answers once something has happened: what asks it has to wait. */
function gate(isOpen: () => boolean) {
  return serve(async (_request, response) => {
    while (!isOpen()) await sleep(10);
    response.end('go on');
  });
}

const texts = ({ chunks }: Answer): readonly string[] => chunks.map(({ bytes }) => bytes.toString());

/** The error that the end of a stream tells. */
function trailingError({ trailers }: Answer): unknown {
  const body = trailers['lambda-runtime-function-error-body'] ?? '';
  return {
    type: trailers['lambda-runtime-function-error-type'],
    ...JSON.parse(Buffer.from(body, 'base64').toString()),
  };
}

/** Header lines by which two clients may differ: whom they speak to, who they are, and if they will go on. */
const ofItsOwn = /^(POST|Host|User-Agent|Connection):? /;

/** The head of a request without those, in any order, and its body byte by byte. */
function wireOf({ wire }: Answer) {
  return {
    head: wire.head.filter((line) => !ofItsOwn.test(line)).sort(),
    body: wire.body.toString('latin1'),
  };
}

/** What AWS's client for Node.js sends for that; a reason where there is no such client. */
async function wireOfAws(event: unknown) {
  await using folder = await temporaryFolder();
  const client = await fetchNodeClient(folder.path, run).catch((error: unknown) => describeError(error));
  if (typeof client === 'string') return client;
  await using api = await startRuntimeApi();
  await using _function = startAwsClient(client, api.address);
  return wireOf(await api.invoke(event));
}

describe.skipIf(functionImage === undefined)(named('a function that streams', functionImage), () => {
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

  test('sends each part while the next one is not there yet', async () => {
    await using permission = await gate(() => fixture.api.hasReceived('before the gate'));
    const answer = await invoke({ as: 'bytes', parts: ['before the gate'], gate: permission.url });
    expect(texts(answer)).toEqual(['before the gate', 'go on']);
    expect(answer).toMatchObject({ kind: 'response', status: 202, isComplete: true, trailers: {} });
  });

  test.for([
    ['bytes', 'bytes', { parts: ['first', 'second part', 'é', 'x'.repeat(70_000)] }],
    [
      'an HTTP answer',
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
  ] as const)("sends %s as AWS's client does, byte by byte", async ([_what, as, event], { skip }) => {
    const expected = await wireOfAws(event);
    if (typeof expected === 'string') skip(expected);
    expect(wireOf(await invoke({ as, ...event }))).toEqual(expected);
  });

  test('closes the connection at the end, as AWS wants it', async () => {
    expect((await invoke({ as: 'bytes', parts: ['x'] })).headers.connection).toBe('close');
  });

  test('takes whatever can be iterated over, but what has a JSON form of its own', async () => {
    expect(texts(await invoke({ as: 'iterator', parts: ['a', 1, 2.5] }))).toEqual(['a', '1', '2.5']);
    const collection = await invoke({ as: 'collection', parts: ['a', 1] });
    expect(collection).toMatchObject({ chunks: [], headers: { 'content-type': 'application/json' } });
    expect(collection.body.toString()).toBe('["a",1]');
  });

  test('streams an HTTP answer whose body is there at once', async () => {
    const value = { statusCode: 404, headers: { a: 'b' }, body: Buffer.from('gone').toString('base64') };
    const [prelude, , body] = texts(
      await invoke({ as: 'value', value: { ...value, isBase64Encoded: true } }),
    );
    expect(JSON.parse(prelude ?? '')).toEqual({ statusCode: 404, headers: { a: 'b' }, cookies: [] });
    expect(body).toBe('gone');
  });

  test('answers anything else at once, as JSON', async () => {
    expect((await invoke({ as: 'value', value: { list: [1] } })).body.toString()).toBe('{"list":[1]}');
  });

  test('tells an error before the first part as an error', async () => {
    const answer = await invoke({ as: 'http', prelude: { statusCode: 200 }, end: 'error' });
    expect(answer).toMatchObject({ kind: 'error', status: 202 });
    expect(JSON.parse(answer.body.toString())).toMatchObject({
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
  ])('tells %s in the middle by the end of the stream', async (_what, end, error) => {
    const answer = await invoke({ as: 'bytes', parts: ['begun'], end });
    expect(texts(answer)).toEqual(['begun']);
    expect(answer).toMatchObject({ kind: 'response', status: 202, isComplete: true });
    expect(trailingError(answer)).toMatchObject(error);
  });

  test('leaves a stream without an end when its process is killed, and goes on', async () => {
    const answer = await invoke({ as: 'bytes', parts: ['begun'], end: 'kill' });
    expect(answer).toMatchObject({ kind: 'response', isComplete: false });
    expect(texts(await invoke({ as: 'bytes', parts: ['alive'] }))).toEqual(['alive']);
    await expect
      .poll(() => fixture.function.log())
      .toContain('The process that handled the event was killed by signal 9:');
  });

  test('says which part is no text', async () => {
    const answer = await invoke({ as: 'bytes', parts: ['text', ['a list']] });
    expect(trailingError(answer)).toMatchObject({
      errorMessage: expect.stringMatching(/made of strings.* is array/),
    });
  });

  test('logs that Lambda took no more, and goes on', async () => {
    const parts = Array.from({ length: 50 }, () => 'x'.repeat(100_000));
    expect(await invoke({ as: 'bytes', parts }, { cutAfter: 1000 })).toMatchObject({ isComplete: false });
    expect(texts(await invoke({ as: 'bytes', parts: ['alive'] }))).toEqual(['alive']);
    await expect
      .poll(() => fixture.function.log())
      .toMatch(/AnswerRefused.*closed the connection in the middle/);
  });

  test('sends the id of an attempt back', async () => {
    const answer = await invoke({ as: 'bytes', parts: ['x'] }, { attemptId: 'attempt-1' });
    expect(answer).toMatchObject({ status: 202, headers: { 'lambda-runtime-invocation-id': 'attempt-1' } });
  });

  test('needs to be told that it streams', async () => {
    await using other = await start(functionImage ?? '', handler, {});
    for (const event of [{ as: 'bytes' }, { as: 'http', prelude: { statusCode: 200 } }]) {
      const answer = await other.api.invoke({ ...event, parts: ['x'] });
      expect(answer.kind).toBe('error');
      expect(answer.body.toString()).toContain('BREF_STREAMED_MODE=1');
    }
  });
});

describe.skipIf(fpmImage === undefined)(named('PHP-FPM that streams', fpmImage), () => {
  const handler = `<?php
    http_response_code(201);
    header('Content-Type: text/plain');
    header('X-List: a');
    header('X-List: b', false);
    setcookie('c', 'd');
    setcookie('e', 'f');
    $say = static function (string $text): void {
        echo $text;
        flush();
    };
    match ($_GET['what']) {
        'parts' => [$say('first'), $say('second')],
        'gate' => [$say('before the gate'), $say(file_get_contents($_GET['url']))],
        'unflushed' => print 'all in one',
        'nothing' => null,
        'long' => [ini_set('memory_limit', '8M'), array_map($say, array_fill(0, 200, str_repeat('x', 100_000)))],
        'die' => [$say('begun'), posix_kill(getmypid(), SIGKILL)],
        'die first' => posix_kill(getmypid(), SIGKILL),
        'hang' => [$say('begun'), sleep(60)],
        'linger' => [$say(str_repeat('x', 200_000)), usleep(200_000), $say('noticed'), usleep(500_000), $say('stale')],
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

  test('sends what the script flushes while it goes on', async () => {
    await using permission = await gate(() => fixture.api.hasReceived('before the gate'));
    const answer = await invoke({ what: 'gate', url: permission.url });
    expect(texts(answer).slice(2)).toEqual(['before the gate', 'go on']);
  });

  test("sends the same as AWS's client, byte by byte", async ({ skip }) => {
    const answer = await invoke({ what: 'parts' });
    const prelude = {
      statusCode: 201,
      headers: { 'Content-type': 'text/plain;charset=UTF-8', 'X-List': 'a, b' },
      cookies: ['c=d', 'e=f'],
    };
    const parts = texts(answer).slice(2);
    expect(parts.join('')).toBe('firstsecond');
    const expected = await wireOfAws({ prelude, parts });
    if (typeof expected === 'string') skip(expected);
    expect(wireOf(answer)).toEqual(expected);
  });

  test('sends an answer without a body', async () => {
    const answer = await invoke({ what: 'nothing' });
    expect(texts(answer)).toHaveLength(2);
    expect(answer).toMatchObject({ status: 202, isComplete: true, trailers: {} });
  });

  test('sends more than fits into memory, and than Lambda takes at once', async () => {
    const answer = await invoke({ what: 'long' });
    expect(answer).toMatchObject({ status: 202, isComplete: true, trailers: {} });
    expect(answer.body.subarray(answer.body.lastIndexOf(0) + 1).length).toBe(20_000_000);
  });

  test.each([
    ['its worker dies', 'die', {}, { type: 'BrefLayer\\FpmFailure' }],
    ['its time is up', 'hang', { timeLimit: 2500 }, { type: 'BrefLayer\\FpmTimeout' }],
  ])('tells in the end that %s, and goes on', async (_why, what, options, error) => {
    const answer = await invoke({ what }, options);
    expect(texts(answer).slice(2)).toEqual(['begun']);
    expect(trailingError(answer)).toMatchObject(error);
    expect(texts(await invoke({ what: 'unflushed' })).slice(2)).toEqual(['all in one']);
  });

  test('tells that its worker died before it said anything as an error', async () => {
    expect(await invoke({ what: 'die first' })).toMatchObject({ kind: 'error', status: 202 });
    expect(texts(await invoke({ what: 'unflushed' })).slice(2)).toEqual(['all in one']);
  });

  test.each(['long', 'linger'])(
    'does not mix answers after one that Lambda took no more of (%s)',
    async (what) => {
      expect(await invoke({ what }, { cutAfter: 100_000 })).toMatchObject({ isComplete: false });
      expect(texts(await invoke({ what: 'unflushed' })).slice(2)).toEqual(['all in one']);
    },
  );
});
