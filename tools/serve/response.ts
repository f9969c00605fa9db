/** Response to the browser. */
export interface HttpResponse {
  readonly status: number;
  /** Alternating names and values, as Node accepts them. A name may occur more than once. */
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

/** Headers of the connection, which Node sets. */
const connectionHeaders = ['content-length', 'transfer-encoding', 'connection', 'keep-alive'];

/**
 * Converts a function's answer to a response as a Function URL does, in payload format 2.0. A Function URL replaces errors
 * with "Internal Server Error", but here the developer sees them.
 */
export function toResponse(answer: string): HttpResponse {
  const value = parse(answer);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return /^Task timed out/.test(answer) ? text(504, answer) : toJsonResponse(answer);
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
  if (statusCode === undefined) return toJsonResponse(answer);
  const kept = Object.entries(headers).filter(([name]) => !connectionHeaders.includes(name.toLowerCase()));
  return {
    status: Number(statusCode),
    headers: [
      ...kept.flatMap(([name, content]) => [name, String(content)]),
      ...cookies.flatMap((cookie) => ['set-cookie', String(cookie)]),
    ],
    body: Buffer.from(String(body ?? ''), isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** Sends an answer without a status as a JSON body. */
function toJsonResponse(answer: string): HttpResponse {
  if (answer === '') return text(502, 'The function did not start. Its log shows the reason.');
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
