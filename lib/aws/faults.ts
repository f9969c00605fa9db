import { ActionError, describeError } from '#lib/node/errors.ts';

/**
 * What a failed call means for the next one.
 * - `throttled`: refused for now; nothing was done.
 * - `unsent`: the request never left.
 * - `unclear`: it may have been done: no answer, half an answer, or an internal error.
 * - `refused`: no retry mends it.
 */
export type FaultKind = 'throttled' | 'unsent' | 'unclear' | 'refused';

const throttles = [
  'TooManyRequestsException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  // S3's.
  'SlowDown',
];

/** Node's codes of a connection that was never made. */
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];

/** Node's codes of a server that is not the one it should be: no retry mends that. */
const untrusted = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;

/** The SDK's names of its own time-outs, and of what the deadline gave up. */
const interrupted = ['TimeoutError', 'AbortError'];

export function classifyFault(error: unknown): FaultKind {
  if (error instanceof ActionError) return 'refused';
  const { name, code, status } = readFault(error);
  if (throttles.includes(name) || status === 429) return 'throttled';
  if (status !== undefined) {
    // An error status says what happened; 200 means that its answer could not be read (cut off, not JSON).
    return status >= 500 || status === 408 || status < 300 ? 'unclear' : 'refused';
  }
  if (unsent.includes(code)) return 'unsent';
  if (interrupted.includes(name)) return 'unclear';
  // Any other code is of a connection that broke (ECONNRESET, EPIPE, HPE_INVALID_CONSTANT …).
  return code === '' || untrusted.test(code) ? 'refused' : 'unclear';
}

/** Whether it was the network that failed, and not the service that said something. */
export function isNetworkFault(error: unknown): boolean {
  const kind = classifyFault(error);
  return (kind === 'unclear' || kind === 'unsent') && readFault(error).status === undefined;
}

/** Whether the service took the credentials to have ended; nothing was done. */
export function isExpired(error: unknown): boolean {
  return ['ExpiredTokenException', 'ExpiredToken', 'RequestExpired'].includes(readFault(error).name);
}

/** Whether the service does not know the credentials: they are wrong, or the region is not enabled. */
export function isUnknownToken(error: unknown): boolean {
  return ['UnrecognizedClientException', 'InvalidClientTokenId'].includes(readFault(error).name);
}

/** Milliseconds that the service asks to wait before another try; undefined where it asks for none. */
export function readRetryAfter(error: unknown): number | undefined {
  const seconds = Number((error as { retryAfterSeconds?: unknown } | undefined)?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** A failed call for a person: operation, code, message, request id. */
export function describeFault(operation: string, error: unknown): string {
  const { name, code, status, requestId } = readFault(error);
  const reply = status === undefined ? '' : ` (HTTP ${status}${requestId ? `, request ${requestId}` : ''})`;
  const message = describeError(error).trim();
  const label = code !== '' ? code : name;
  return message.includes(label)
    ? `${operation}: ${message}${reply}`
    : `${operation}: ${label}: ${message}${reply}`;
}

/** What the SDK and Node say of a failure; empty where they say nothing. */
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
