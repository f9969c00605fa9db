import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requests, type WantedAnswer, wantedAnswers } from './arbitraries.ts';
import { type Answer, gateways } from './gateways.ts';
import type { HttpAnswer, HttpRequest } from './message.ts';
import { type Php, type PhpArray, type Seen, startPhp } from './php.ts';

/**
 * The FPM layer's mapping between events and PHP, compared with PHP's own HTTP server: whatever a client sends, a
 * script must see the same behind a gateway, and the client must get the same answer.
 */
const layer = process.env.LAYER ?? 'output/php-82-fpm.zip';
const runs = { numRuns: Number(process.env.RUNS ?? 200) };

let php: Php;
beforeAll(async () => {
  php = await startPhp(layer);
});
afterAll(() => php[Symbol.asyncDispose]());

describe.each(gateways)('$name', (gateway) => {
  test('a script sees a request as if it had come over HTTP', async () => {
    await fc.assert(
      fc.asyncProperty(requests(gateway.keepsBytes), async (request) => {
        const preserved = gateway.preserve(request);
        const { byEvent, directly } = await php.exchange(gateway.toEvent(request), preserved);
        expect(byEvent.answer).not.toHaveProperty('failure');
        expect(comparable(byEvent.seen)).toEqual(comparable(directly.seen));
      }),
      runs,
    );
  });

  test('the variables of CGI say what the request is', async () => {
    await fc.assert(
      fc.asyncProperty(requests(gateway.keepsBytes), async (request) => {
        const { byEvent } = await php.exchange(gateway.toEvent(request), gateway.preserve(request));
        expect(text(byEvent.seen.server)).toMatchObject(cgiVariables(request));
      }),
      runs,
    );
  });

  test('a client gets the answer that it would have got over HTTP', async () => {
    await fc.assert(
      fc.asyncProperty(wantedAnswers, fc.constantFrom('GET', 'POST', 'HEAD'), async (wanted, method) => {
        const request = asking(wanted, method);
        const { byEvent, directly } = await php.exchange(gateway.toEvent(request), request);
        expect(byEvent.answer).not.toHaveProperty('failure');
        expect(readable(gateway.fromAnswer(byEvent.answer as Answer))).toEqual(readable(directly.answer));
      }),
      runs,
    );
  });
});

test('a path that a gateway has decoded is a legal URI again, and the same path', async () => {
  const [gateway] = gateways;
  const decodable = requests(true).filter(({ path }) => !/%[0-9A-Fa-f]{2}/.test(decodeURIComponent(path)));
  await fc.assert(
    fc.asyncProperty(decodable, async (request) => {
      const event = { ...request, path: decodeURIComponent(request.path), query: [] };
      const { byEvent } = await php.exchange(gateway?.toEvent(event) ?? '', request);
      const { REQUEST_URI, PATH_INFO } = text(byEvent.seen.server);
      expect(REQUEST_URI).toMatch(/^(%[0-9A-F]{2}|[\w\-.~!$&'()*+,;=:@/])+$/);
      expect(PATH_INFO).toBe(Buffer.from(event.path).toString('latin1'));
    }),
    runs,
  );
});

/** What both ways must agree on, with texts that a failing test can show. */
function comparable({ server, get, post, cookies, files, input }: Seen) {
  const variables = text(server);
  const headers = Object.entries(variables)
    .filter(([name]) => name.startsWith('HTTP_') && !/^HTTP_(CONNECTION|CONTENT_LENGTH|COOKIE)$/.test(name))
    // Gateways join the values of several lines without the space.
    .map(([name, value]) => [name, value.replace(/, */g, ',')]);
  return {
    method: variables.REQUEST_METHOD,
    type: variables.CONTENT_TYPE,
    headers: Object.fromEntries(headers),
    get: decode(get),
    post: decode(post),
    cookies: decode(cookies),
    files: decode(files),
    input,
  };
}

/** By RFC 3875, from the request alone. */
function cgiVariables({ method, path, body, headers }: HttpRequest) {
  return {
    GATEWAY_INTERFACE: 'FastCGI/1.0',
    REQUEST_METHOD: method,
    REQUEST_URI: expect.stringMatching(new RegExp(`^${escapeRegExp(path)}($|\\?)`)),
    PATH_INFO: Buffer.from(decodeURIComponent(path)).toString('latin1'),
    SCRIPT_NAME: '/echo.php',
    SCRIPT_FILENAME: '/var/task/echo.php',
    CONTENT_LENGTH: String(body.length),
    CONTENT_TYPE: headers.find(([name]) => name === 'Content-Type')?.[1],
    SERVER_NAME: 'www.example.com',
    SERVER_PROTOCOL: 'HTTP/1.1',
  };
}

function asking(wanted: WantedAnswer, method: string): HttpRequest {
  const order = JSON.stringify({
    status: wanted.status,
    headers: wanted.headers.map((line) => line.toString('base64')),
    body: wanted.body.toString('base64'),
  });
  return {
    method,
    path: '/',
    query: [],
    headers: [
      ['Host', 'www.example.com'],
      ['Content-Type', 'text/plain'],
      ['X-Wanted', Buffer.from(order).toString('base64')],
    ],
    cookies: [],
    body: Buffer.alloc(0),
  };
}

function readable({ body, headers, ...answer }: HttpAnswer) {
  const { 'content-type': type, ...others } = headers;
  // PHP-FPM gives an answer that has no body no type; the built-in server does.
  const shown = answer.status === 304 ? others : { 'content-type': type, ...others };
  return { ...answer, headers: shown, body: body.toString('latin1') };
}

function text(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fromBase64(value)]));
}

function decode(array: PhpArray): unknown {
  return array.map(([key, value]) => [
    fromBase64(key),
    typeof value === 'string' ? fromBase64(value) : decode(value),
  ]);
}

function fromBase64(value: string): string {
  return Buffer.from(value, 'base64').toString('latin1');
}

function escapeRegExp(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
