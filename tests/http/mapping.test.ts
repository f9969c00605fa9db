import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OrderedResponse, orderedResponses, requests } from './arbitraries.ts';
import { type FunctionResult, gateways } from './gateways.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { type Php, type PhpArray, type ScriptVariables, startPhp } from './php.ts';

/**
 * Compares the FPM layer's mapping between events and PHP with PHP's own HTTP server: for each request, the script must
 * see the same variables behind a gateway, and the client must get the same response.
 */
const layer = process.env.LAYER ?? 'output/php-82-fpm.zip';
const runs = { numRuns: Number(process.env.RUNS ?? 200) };

let php: Php;
beforeAll(async () => {
  php = await startPhp(layer);
});
afterAll(() => php[Symbol.asyncDispose]());

describe.each(gateways)('$name', (gateway) => {
  test('a script sees the same variables as over HTTP', async () => {
    await fc.assert(
      fc.asyncProperty(requests(gateway.keepsBytes), async (request) => {
        const preserved = gateway.preserve(request);
        const { viaEvent, viaHttp } = await php.exchange(gateway.toEvent(request), preserved);
        expect(viaEvent.result).not.toHaveProperty('failure');
        expect(comparable(viaEvent.variables)).toEqual(comparable(viaHttp.variables));
      }),
      runs,
    );
  });

  test('the CGI variables describe the request', async () => {
    await fc.assert(
      fc.asyncProperty(requests(gateway.keepsBytes), async (request) => {
        const { viaEvent } = await php.exchange(gateway.toEvent(request), gateway.preserve(request));
        expect(text(viaEvent.variables.server)).toMatchObject(cgiVariables(request));
      }),
      runs,
    );
  });

  test('a client gets the same response as over HTTP', async () => {
    await fc.assert(
      fc.asyncProperty(orderedResponses, fc.constantFrom('GET', 'POST', 'HEAD'), async (ordered, method) => {
        const request = orderRequest(ordered, method);
        const { viaEvent, viaHttp } = await php.exchange(gateway.toEvent(request), request);
        expect(viaEvent.result).not.toHaveProperty('failure');
        expect(readable(gateway.fromResult(viaEvent.result as FunctionResult))).toEqual(
          readable(viaHttp.response),
        );
      }),
      runs,
    );
  });
});

test('a path that a gateway has decoded is encoded again', async () => {
  const [gateway] = gateways;
  const decodable = requests(true).filter(({ path }) => !/%[0-9A-Fa-f]{2}/.test(decodeURIComponent(path)));
  await fc.assert(
    fc.asyncProperty(decodable, async (request) => {
      const event = { ...request, path: decodeURIComponent(request.path), query: [] };
      const { viaEvent } = await php.exchange(gateway?.toEvent(event) ?? '', request);
      const { REQUEST_URI, PATH_INFO } = text(viaEvent.variables.server);
      expect(REQUEST_URI).toMatch(/^(%[0-9A-F]{2}|[\w\-.~!$&'()*+,;=:@/])+$/);
      expect(PATH_INFO).toBe(Buffer.from(event.path).toString('latin1'));
    }),
    runs,
  );
});

/** Returns the variables that must be equal both ways, as readable text. */
function comparable({ server, get, post, cookies, files, input }: ScriptVariables) {
  const variables = text(server);
  const headers = Object.entries(variables)
    .filter(([name]) => name.startsWith('HTTP_') && !/^HTTP_(CONNECTION|CONTENT_LENGTH|COOKIE)$/.test(name))
    // Gateways join repeated headers without a space.
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

/** Derives the variables of RFC 3875 from the request. */
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

function orderRequest(ordered: OrderedResponse, method: string): HttpRequest {
  const order = JSON.stringify({
    status: ordered.status,
    headers: ordered.headers.map((line) => line.toString('base64')),
    body: ordered.body.toString('base64'),
  });
  return {
    method,
    path: '/',
    query: [],
    headers: [
      ['Host', 'www.example.com'],
      ['Content-Type', 'text/plain'],
      ['X-Order', Buffer.from(order).toString('base64')],
    ],
    cookies: [],
    body: Buffer.alloc(0),
  };
}

function readable({ body, headers, ...response }: HttpResponse) {
  const { 'content-type': type, ...others } = headers;
  // PHP-FPM sends no type with a response without a body; the built-in server does.
  const shown = response.status === 304 ? others : { 'content-type': type, ...others };
  return { ...response, headers: shown, body: body.toString('latin1') };
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
