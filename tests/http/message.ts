/** An HTTP request as a client sends it. */
export interface HttpRequest {
  readonly method: string;
  /** Percent-encoded, with the leading slash. */
  readonly path: string;
  /** `name=value` pairs as they stand in the URL. */
  readonly query: readonly string[];
  /** In order; a name may come several times. Without Content-Length. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `name=value` pairs of the Cookie header. */
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** An HTTP answer in the one form that every way of sending it is compared in. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name, the values of several lines joined by ", "; without Set-Cookie. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/** The bytes of a request on the wire (https://www.rfc-editor.org/rfc/rfc9112). */
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

/** What a server adds to every answer, whatever the script said. */
const ofServer = new Set(['host', 'date', 'connection']);

export function fromWire(bytes: Buffer): HttpAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`This is no HTTP answer: ${bytes.toString('latin1')}`);
  const [statusLine = '', ...lines] = decodeHead(bytes.subarray(0, end)).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
  });
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  return toAnswer(
    status,
    headers.filter(([name]) => !ofServer.has(name.toLowerCase())),
    bytes.subarray(end + 4),
  );
}

export function toAnswer(
  status: number,
  lines: readonly (readonly [name: string, value: string])[],
  body: Buffer,
): HttpAnswer {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    if (key === 'set-cookie') cookies.push(value);
    else headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return { status, headers, cookies, body };
}

/** UTF-8 where it is that, else Latin-1: the only two that servers and clients agree on. */
function decodeHead(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
