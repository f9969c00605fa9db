import { ActionError, describeError } from '#lib/node/errors.ts';

/**
 * Outcome of a failed request.
 * - `throttled`: AWS refused it for now, and did not process it.
 * - `unsent`: no connection was made, so it was not sent.
 * - `unclear`: the request may have been processed (no response, half a response, an internal error).
 * - `refused`: a retry does not help.
 */
export type FaultKind = 'throttled' | 'unsent' | 'unclear' | 'refused';

const throttlingErrors = [
  'TooManyRequestsException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  // S3's name for it.
  'SlowDown',
];

/** Node's error codes if no connection was made. */
const unsentCodes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];

/** Node's error codes if the server's certificate is not trusted. A retry does not help. */
const untrustedCodes = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;

/** The SDK's error names for its own timeouts, and for requests that the deadline aborted. */
const interruptions = ['TimeoutError', 'AbortError'];

export function classifyFault(error: unknown): FaultKind {
  if (error instanceof ActionError) return 'refused';
  const { name, code, status } = readFault(error);
  if (throttlingErrors.includes(name) || status === 429) return 'throttled';
  if (status !== undefined) {
    // A status below 300 means that the response could not be read (cut off, not JSON).
    return status >= 500 || status === 408 || status < 300 ? 'unclear' : 'refused';
  }
  if (unsentCodes.includes(code)) return 'unsent';
  if (interruptions.includes(name)) return 'unclear';
  // Every other code comes from a broken connection (ECONNRESET, EPIPE, HPE_INVALID_CONSTANT …).
  return code === '' || untrustedCodes.test(code) ? 'refused' : 'unclear';
}

/** Whether the network failed, and not the service. */
export function isNetworkFault(error: unknown): boolean {
  const kind = classifyFault(error);
  return (kind === 'unclear' || kind === 'unsent') && readFault(error).status === undefined;
}

/** Whether the service refused the credentials as expired. It did not process the request. */
export function isExpired(error: unknown): boolean {
  return ['ExpiredTokenException', 'ExpiredToken', 'RequestExpired'].includes(readFault(error).name);
}

/** Whether the service does not know the credentials: they are wrong, or the region is not enabled. */
export function isUnknownToken(error: unknown): boolean {
  return ['UnrecognizedClientException', 'InvalidClientTokenId'].includes(readFault(error).name);
}

/** Returns the service's Retry-After in milliseconds; undefined if it sent none. */
export function readRetryAfterMs(error: unknown): number | undefined {
  const seconds = Number((error as { retryAfterSeconds?: unknown } | undefined)?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Describes a failed call: operation, error code, message, HTTP status and request id. */
export function describeFault(operation: string, error: unknown): string {
  const { name, code, status, requestId } = readFault(error);
  const reply = status === undefined ? '' : ` (HTTP ${status}${requestId ? `, request ${requestId}` : ''})`;
  const message = describeError(error).trim();
  const label = code !== '' ? code : name;
  return message.includes(label)
    ? `${operation}: ${message}${reply}`
    : `${operation}: ${label}: ${message}${reply}`;
}

/** Reads the fields of an error from the SDK or Node. Missing ones are empty. */
export function readFault(error: unknown): {
  readonly name: string;
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string;
} {
  const { name, code, $metadata } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: number; requestId?: string };
  };
  return {
    name: typeof name === 'string' ? name : '',
    code: typeof code === 'string' ? code : '',
    status: $metadata?.httpStatusCode,
    requestId: $metadata?.requestId ?? '',
  };
}
