/** What goes back to the browser. */
export interface HttpResponse {
  readonly status: number;
  /** Names and values one after the other, as Node takes them; a name may come again. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

interface FunctionAnswer {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly cookies?: readonly unknown[];
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
  readonly errorType?: unknown;
}

/** Headers that are about the connection; Node says them itself. */
const ownHeaders = ['content-length', 'transfer-encoding', 'connection', 'keep-alive'];

/**
 * What a Function URL makes of a function's answer, in payload format 2.0. An error, which it would hide behind
 * "Internal Server Error", is shown here, where its reader is the developer.
 */
export function toResponse(answer: string): HttpResponse {
  const value = parse(answer);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return /^Task timed out/.test(answer) ? text(504, answer) : plain(answer);
  }
  const {
    statusCode,
    headers = {},
    cookies = [],
    body,
    isBase64Encoded,
    errorType,
  } = value as FunctionAnswer;
  if (errorType !== undefined) return text(502, JSON.stringify(value, null, 2));
  if (statusCode === undefined) return plain(answer);
  const kept = Object.entries(headers).filter(([name]) => !ownHeaders.includes(name.toLowerCase()));
  return {
    status: Number(statusCode),
    headers: [
      ...kept.flatMap(([name, content]) => [name, String(content)]),
      ...cookies.flatMap((cookie) => ['set-cookie', String(cookie)]),
    ],
    body: Buffer.from(String(body ?? ''), isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** An answer without a status is the body, as JSON. */
function plain(answer: string): HttpResponse {
  if (answer === '') return text(502, 'The function could not start; its log says why.');
  return { status: 200, headers: ['content-type', 'application/json'], body: Buffer.from(answer) };
}

export function text(status: number, content: string): HttpResponse {
  return {
    status,
    headers: ['content-type', 'text/plain; charset=utf-8'],
    body: Buffer.from(`${content}\n`),
  };
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}
