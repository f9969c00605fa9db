import { expect, test } from 'vitest';
import { type HttpRequest, toEvent } from '../../../tools/serve/event.ts';

const now = new Date('2024-01-02T03:04:05Z');
const request: HttpRequest = {
  method: 'GET',
  target: '/',
  rawHeaders: ['Host', 'localhost:8000'],
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
};
const eventOf = (change: Partial<HttpRequest>) => toEvent({ ...request, ...change }, 'id', now);

test('converts a request to an event of payload format 2.0', () => {
  const rawHeaders = ['Host', 'localhost:8000', 'User-Agent', 'test', 'Accept', 'a', 'accept', 'b'];
  expect(eventOf({ target: '/a%20b?x=1&y=%26', rawHeaders })).toEqual({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/a%20b',
    rawQueryString: 'x=1&y=%26',
    headers: {
      host: 'localhost:8000',
      'user-agent': 'test',
      accept: 'a,b',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    },
    queryStringParameters: { x: '1', y: '&' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: 'localhost:8000',
      domainPrefix: 'local',
      http: { method: 'GET', path: '/a%20b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'id',
      routeKey: '$default',
      stage: '$default',
      time: 'Tue, 02 Jan 2024 03:04:05 GMT',
      timeEpoch: 1_704_164_645_000,
    },
    isBase64Encoded: false,
  });
});

test.each([
  ['no text', '/a', '', undefined],
  ['empty text', '/a?', '', undefined],
  ['repeated names', '/?a=1&a=2', 'a=1&a=2', { a: '1,2' }],
  ['a name of the prototype', '/?toString=1', 'toString=1', { toString: '1' }],
  ['a question mark', '/?a=b?c', 'a=b?c', { a: 'b?c' }],
])('passes on a query with %s', (_, target, rawQueryString, parameters) => {
  const event = eventOf({ target });
  expect(event.rawQueryString).toBe(rawQueryString);
  expect(event.queryStringParameters).toEqual(parameters);
});

test('collects the cookies of all headers in one list, outside the headers', () => {
  const event = eventOf({ rawHeaders: ['Host', 'x', 'Cookie', 'a=1; b=2', 'cookie', 'c=3'] });
  expect(event.cookies).toEqual(['a=1', 'b=2', 'c=3']);
  expect(event.headers).not.toHaveProperty('cookie');
});

test.each([
  ['text/plain; charset=utf-8', 'é', 'é', false],
  ['application/json', '{}', '{}', false],
  ['application/vnd.api+json', '{}', '{}', false],
  ['application/x-www-form-urlencoded', 'a=b', 'a=b', false],
  ['application/octet-stream', 'text', 'dGV4dA==', true],
  ['multipart/form-data; boundary=x', '--x', 'LS14', true],
  ['text/plain', Buffer.from([0xff, 0x00]), '/wA=', true],
])('encodes a body of type %s (%s) as text or base64', (type, body, content, isBase64Encoded) => {
  const event = eventOf({
    method: 'POST',
    rawHeaders: ['Host', 'x', 'Content-Type', type],
    body: Buffer.from(body),
  });
  expect(event).toMatchObject({ body: content, isBase64Encoded });
});
