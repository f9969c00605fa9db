/** An HTTP request as a client sends it. */
export interface HttpRequest {
  readonly method: string;
  /** Percent-encoded, with a leading slash. */
  readonly path: string;
  /** `name=value` pairs of the URL. */
  readonly query: readonly string[];
  /** In order, with repeated names, without Content-Length. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `name=value` pairs of the Cookie header. */
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** An HTTP response in a normal form, so that responses of different servers can be compared. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name, without Set-Cookie. Repeated headers are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** Returns the bytes of a request (https://www.rfc-editor.org/rfc/rfc9112). */
export function toWire({ method, path, query, headers, cookies, body }: HttpRequest): Buffer {
  const target = query.length === 0 ? path : `${path}?${query.join('&')}`;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(cookies.length === 0 ? [] : [`Cookie: ${cookies.join('; ')}`]),
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}

/** Headers that a server adds to every response. */
const serverHeaders = new Set(['host', 'date', 'connection']);

/** Parses the bytes of a response. */
export function fromWire(bytes: Buffer): HttpResponse {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`This is not an HTTP response: ${bytes.toString('latin1')}`);
  const [statusLine = '', ...lines] = decodeHead(bytes.subarray(0, end)).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
  });
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  return toHttpResponse(
    status,
    headers.filter(([name]) => !serverHeaders.has(name.toLowerCase())),
    bytes.subarray(end + 4),
  );
}

export function toHttpResponse(
  status: number,
  lines: readonly (readonly [name: string, value: string])[],
  body: Buffer,
): HttpResponse {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    if (key === 'set-cookie') cookies.push(value);
    else headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return { status, headers, cookies, body };
}

/** Decodes UTF-8 if it is valid, otherwise Latin-1. Servers and clients agree only on these two. */
function decodeHead(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
