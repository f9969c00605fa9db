import fc from 'fast-check';
import type { HttpRequest } from './message.ts';

/** Names that PHP turns into arrays, renames or treats as numbers, and any other text. */
const fieldName = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'list[]',
    'nested[a][b]',
    'nested[a][]',
    'map[x]',
    'map[0]',
    'x.y',
    'x y',
    'ü',
    '0',
    '7',
  ),
  fc.constantFrom(
    '[',
    'open[',
    'shut]',
    'a[b',
    'a]b[c]',
    '[x]',
    'a[b[c]]',
    'a[]b',
    ' lead',
    'x[ y ]',
    '__proto__',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
);

const fieldValue = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    'two words',
    'a+b',
    'a&b=c',
    '100%',
    '%41',
    'ünï',
    '日本',
    '#',
    '?',
    '/',
    "'",
    '"',
    '\0',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);

type Encode = (text: string) => string;

/** Ways in which clients encode a field: everything, everything with + for a space, or (browsers) all but brackets. */
const encoders: readonly Encode[] = [
  encodeURIComponent,
  (text) => encodeURIComponent(text).replaceAll('%20', '+'),
  (text) => encodeURIComponent(text).replaceAll('%5B', '[').replaceAll('%5D', ']'),
];

const encodedField = fc
  .tuple(fieldName, fieldValue, fc.constantFrom(...encoders))
  .map(([name, value, encode]) => `${encode(name)}=${encode(value)}`);

/** Fields that only gateways which do not decode pass on: bytes that are not UTF-8, and pairs without a value. */
const rawField = fc.constantFrom('%FF=%C3', 'a=%80', 'bare', '=unnamed', '%zz=%', 'a%5B%5D=%FE', 'twice=1=2');

export function queries(keepsBytes: boolean): fc.Arbitrary<readonly string[]> {
  return fc.array(keepsBytes ? fc.oneof({ weight: 5, arbitrary: encodedField }, rawField) : encodedField, {
    maxLength: 8,
  });
}

/** Segments as clients encode them: characters that are valid in a URI stay unencoded. */
const path = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'shop',
        'a b',
        'ü',
        'x.php',
        'semi;colon',
        'at@',
        'plus+',
        "it's",
        'a=b&c',
        '日本',
        '100%',
      ),
      fc.string({ unit: 'grapheme', maxLength: 10 }),
    ),
    { maxLength: 4 },
  )
  .map((segments) => segments.filter((segment) => !/^\.*$/.test(segment)))
  .map(
    (segments) =>
      `/${segments.map((segment) => encodeURI(segment).replace(/[/?#]/g, encodeURIComponent)).join('/')}`,
  );

const headerValue = fc.string({
  unit: fc.constantFrom(...'abcXYZ019 ,;=:"/()<>@[]{}*+-._~'),
  minLength: 1,
  maxLength: 30,
});

const headers = fc.array(
  fc.tuple(
    fc.constantFrom(
      'X-One',
      'x-one',
      'X-Two',
      'Accept',
      'Accept-Language',
      'User-Agent',
      'X-Forwarded-For',
      'X.Dot',
    ),
    headerValue.map((value) => value.trim()).filter((value) => value !== ''),
  ),
  { maxLength: 5 },
);

const cookies = fc.array(
  fc
    .tuple(fieldName, fieldValue)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  { maxLength: 4 },
);

interface Content {
  readonly type: string;
  readonly body: Buffer;
}

const form: fc.Arbitrary<Content> = fc.array(encodedField, { minLength: 1, maxLength: 8 }).map((fields) => ({
  type: 'application/x-www-form-urlencoded',
  body: Buffer.from(fields.join('&')),
}));

const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array));

const formPart = fc
  .record({
    name: fieldName.filter((name) => /^[\w[\]. ]+$/.test(name)),
    file: fc.option(fc.constantFrom('a.txt', 'photo 1.jpg', 'ü.bin', ''), { nil: undefined }),
    content: bytes.filter((content) => !content.includes(boundary)),
  })
  .map(({ name, file, content }) =>
    Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"`),
      Buffer.from(file === undefined ? '' : `; filename="${file}"\r\nContent-Type: application/octet-stream`),
      Buffer.from('\r\n\r\n'),
      content,
      Buffer.from('\r\n'),
    ]),
  );

const boundary = '----boundary7MA4YWxk';

const multipart: fc.Arbitrary<Content> = fc.array(formPart, { minLength: 1, maxLength: 5 }).map((parts) => ({
  type: `multipart/form-data; boundary=${boundary}`,
  body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
}));

const content: fc.Arbitrary<Content | undefined> = fc.oneof(
  fc.constant(undefined),
  form,
  multipart,
  fc.json().map((text) => ({ type: 'application/json', body: Buffer.from(text) })),
  bytes.map((body) => ({ type: 'application/octet-stream', body })),
);

/** @param keepsBytes whether the query may contain bytes that are not UTF-8 */
export function requests(keepsBytes: boolean): fc.Arbitrary<HttpRequest> {
  return fc
    .record({
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      path,
      query: queries(keepsBytes),
      headers,
      cookies,
      content,
    })
    .map(({ content, ...request }) => ({
      ...request,
      headers: [
        ['Host', 'www.example.com'],
        ...request.headers,
        // Always a type: PHP treats the body of a POST without a type as a form, but only behind the gateway.
        ['Content-Type', content?.type ?? 'text/plain'],
      ],
      body: content?.body ?? Buffer.alloc(0),
    }));
}

/** A response that a request orders from the script. */
export interface OrderedResponse {
  readonly status: number;
  /** Header lines for PHP's header(). */
  readonly headers: readonly Buffer[];
  readonly body: Buffer;
}

const responseHeader = fc.oneof(
  fc.tuple(fc.constantFrom('X-One', 'x-one', 'ETag', 'Cache-Control', 'Vary', 'X-Ümlaut-Free'), headerValue),
  fc.tuple(
    fc.constant('Set-Cookie'),
    fc.constantFrom('a=1', 'b=2; path=/; HttpOnly', 'c=3; expires=Thu, 01 Jan 1970'),
  ),
  fc.tuple(fc.constant('Content-Type'), fc.constantFrom('text/plain', 'image/png', 'application/json')),
  fc.tuple(fc.constant('Location'), fc.constant('/next?a=1&b=%20')),
  fc.tuple(fc.constant('X-Text'), fc.string({ unit: 'grapheme', maxLength: 10 })),
);

export const orderedResponses: fc.Arbitrary<OrderedResponse> = fc.record({
  status: fc.integer({ min: 200, max: 599 }),
  headers: fc.array(
    fc
      .tuple(responseHeader, fc.constantFrom<BufferEncoding>('utf8', 'latin1'))
      .filter(([[name, value]]) => !/[\r\n\0]/.test(value) && /^[\w-]+$/.test(name))
      .map(([[name, value], encoding]) => Buffer.from(`${name}: ${value}`, encoding)),
    { maxLength: 6 },
  ),
  body: fc.oneof(
    bytes,
    fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => Buffer.from(text)),
  ),
});
