import { ActionError, describeError } from '../../../shared/errors.ts';

/**
 * What a failed call means for the next one.
 * - `throttled`: refused for now; nothing was done.
 * - `unsent`: the request never left.
 * - `unclear`: it may have been done: no answer, half an answer, or an internal error.
 * - `refused`: no retry mends it.
 */
export type FaultKind = 'throttled' | 'unsent' | 'unclear' | 'refused';

const throttles = ['TooManyRequestsException', 'ThrottlingException', 'Throttling', 'RequestLimitExceeded'];

/** Node's codes of a connection that was never made. */
const unsent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];

/** Node's codes of a connection that ended early, and the SDK's names of its own time-outs. */
const interrupted = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'TimeoutError', 'AbortError'];

export function classifyFault(error: unknown): FaultKind {
  const { name, code, status } = read(error);
  if (throttles.includes(name) || status === 429) return 'throttled';
  if (status !== undefined) {
    // An error status says what happened; 200 means that its answer could not be read (cut off, not JSON).
    if (status >= 500 || status === 408 || status < 300) return 'unclear';
    return 'refused';
  }
  if (unsent.includes(code)) return 'unsent';
  return interrupted.includes(code) || interrupted.includes(name) ? 'unclear' : 'refused';
}

/** Milliseconds that the service asks to wait before another try; undefined where it asks for none. */
export function readRetryAfter(error: unknown): number | undefined {
  const seconds = Number((error as { retryAfterSeconds?: unknown } | undefined)?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** A call that failed for good: what it was, what came back, and what to do. */
export class CallError extends ActionError {
  override name = 'CallError';
  readonly remedy: string;

  constructor(operation: string, cause: unknown) {
    super(describeFault(operation, cause), { cause });
    this.remedy = findRemedy(cause);
  }
}

/** A failed call for a person: operation, code, message, request id. */
export function describeFault(operation: string, error: unknown): string {
  const { name, code, status, requestId } = read(error);
  const reply = status === undefined ? '' : ` (HTTP ${status}${requestId ? `, request ${requestId}` : ''})`;
  const message = describeError(error).trim();
  const label = code !== '' ? code : name;
  return message.includes(label)
    ? `${operation}: ${message}${reply}`
    : `${operation}: ${label}: ${message}${reply}`;
}

const remedies: Readonly<Record<string, string>> = {
  UnrecognizedClientException:
    'The credentials work elsewhere, so this region is not enabled for the account: enable it (AWS Account Management, Regions) or take it out of "regions".',
  AccessDeniedException:
    'Allow the role or user this operation, in this region, on arn:*:lambda:*:*:layer:* (policy: README of publish-layer).',
  ExpiredTokenException: 'Get new credentials and run again: what is done stays.',
  CodeStorageExceededException:
    'Ask for more storage (Service Quotas, Lambda, "Function and layer storage") or delete what nobody uses in this region.',
  PublicPolicyException:
    "The account's settings forbid public access: lift that for layers, or publish with `visibility: private`.",
  RequestEntityTooLargeException: 'Make the zip smaller than 50 MiB.',
  InvalidParameterValueException: 'Correct the named value in the inputs.',
  ValidationException: 'Correct the named value in the inputs.',
  InvalidSignatureException: "Check the secret key and this machine's clock.",
  TooManyRequestsException:
    'The 15 requests a second that an account has in a region are used up; run again when less else is going on.',
};

const synonyms: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'UnrecognizedClientException',
  AccessDenied: 'AccessDeniedException',
  ExpiredToken: 'ExpiredTokenException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  ThrottlingException: 'TooManyRequestsException',
};

/** What to do about a call that failed. */
export function findRemedy(error: unknown): string {
  const { name } = read(error);
  const known = remedies[synonyms[name] ?? name];
  if (known !== undefined) return known;
  return classifyFault(error) === 'refused'
    ? 'Correct the cause and run again: what is done stays.'
    : 'Run again: what is done stays, and only the rest is sent.';
}

function read(error: unknown): { name: string; code: string; status: number | undefined; requestId: string } {
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
