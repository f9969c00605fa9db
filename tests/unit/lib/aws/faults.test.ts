import { ServiceException, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { CallError, explainUnknownToken } from '#lib/aws/call-error.ts';
import { classifyFault, describeFault, isNetworkFault } from '#lib/aws/faults.ts';
import { findFix } from '#lib/aws/fixes.ts';
import { ActionError } from '#lib/node/errors.ts';

const refused = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name}: simulated`), { name, $metadata: { httpStatusCode, requestId: 'r-1' } });
const network = (code: string) => Object.assign(new Error(`socket ${code}`), { code });

test.each<[string, unknown, string]>([
  ['429', new TooManyRequestsException({ $metadata: { httpStatusCode: 429 }, message: '' }), 'throttled'],
  ['a throttling code with status 400', refused('ThrottlingException', 400), 'throttled'],
  ['500', new ServiceException({ $metadata: { httpStatusCode: 500 }, message: '' }), 'unclear'],
  ['503', refused('ServiceUnavailable', 503), 'unclear'],
  ['408', refused('RequestTimeout', 408), 'unclear'],
  ['a 200 with an unreadable body', refused('SyntaxError', 200), 'unclear'],
  ['a reset', network('ECONNRESET'), 'unclear'],
  ['a broken pipe', network('EPIPE'), 'unclear'],
  ["the SDK's timeout", Object.assign(new Error('t'), { name: 'TimeoutError' }), 'unclear'],
  ['an aborted request', Object.assign(new Error('t'), { name: 'AbortError' }), 'unclear'],
  ['a refused connection', network('ECONNREFUSED'), 'unsent'],
  ['an unknown host', network('ENOTFOUND'), 'unsent'],
  ['a response that is not HTTP', network('HPE_INVALID_CONSTANT'), 'unclear'],
  ['a certificate of another host', network('ERR_TLS_CERT_ALTNAME_INVALID'), 'refused'],
  ['an expired certificate', network('CERT_HAS_EXPIRED'), 'refused'],
  ["S3's throttling", refused('SlowDown', 503), 'throttled'],
  ['an error of this action', new ActionError('no token'), 'refused'],
  ['403', refused('AccessDeniedException', 403), 'refused'],
  ['400', refused('InvalidParameterValueException', 400), 'refused'],
  ['404', refused('ResourceNotFoundException', 404), 'refused'],
  ['a defect', new TypeError('x is not a function'), 'refused'],
  ['anything else', 'text', 'refused'],
])('%s is %s', (_, error, kind) => {
  expect(classifyFault(error)).toBe(kind);
});

describe('the fix', () => {
  test.each<[string, number, RegExp]>([
    ['AccessDeniedException', 403, /Allow the role or user this operation/],
    ['ExpiredTokenException', 403, /Get new credentials/],
    ['CodeStorageExceededException', 400, /Request more storage/],
    ['RequestEntityTooLargeException', 413, /"s3-bucket"/],
    ['InvalidParameterValueException', 400, /Correct the named value/],
    ['PublicPolicyException', 400, /visibility: private/],
    ['SignatureDoesNotMatch', 403, /this machine's clock/],
    ['ThrottlingException', 429, /15 requests per second/],
    ['PolicyLengthExceededException', 400, /"organization-id"/],
    ['NoSuchBucket', 404, /"s3-bucket"/],
    ['AuthorizationHeaderMalformed', 400, /\{region\}/],
    ['ServiceException', 500, /Run again: finished work stays/],
    ['UnknownException', 400, /Correct the cause and run again/],
  ])('of %s', (name, status, fix) => {
    expect(new CallError('GetLayerVersion', refused(name, status)).fix).toMatch(fix);
  });

  test.each<[string, RegExp]>([
    [
      'The role defined for the function cannot be assumed by Lambda.',
      /trust policy.*lambda\.amazonaws\.com/,
    ],
    ['Region is missing', /AWS_REGION/],
    ['Could not load credentials from any providers', /AWS_PROFILE/],
    ['Request must be smaller than 70167211 bytes', /Make the zip smaller/],
  ])('of the message %s', (message, fix) => {
    expect(findFix(new Error(message))).toMatch(fix);
  });

  test('is undefined for an unknown error', () => {
    expect(findFix(new Error('unknown'))).toBeUndefined();
    expect(findFix('unknown')).toBeUndefined();
  });
});

test('describes a failed call with operation, code, status and request id', () => {
  expect(describeFault('GetLayerVersion', refused('AccessDenied', 403))).toBe(
    'GetLayerVersion: AccessDenied: simulated (HTTP 403, request r-1)',
  );
  expect(describeFault('GetLayerVersion', network('ECONNRESET'))).toBe('GetLayerVersion: socket ECONNRESET');
});

test.each<[string, unknown, boolean]>([
  ['a reset', network('ECONNRESET'), true],
  ['a refused connection', network('ECONNREFUSED'), true],
  ['an internal error', refused('ServiceException', 500), false],
  ['throttling', refused('TooManyRequestsException', 429), false],
])('%s is a network fault: %s', (_, error, expected) => {
  expect(isNetworkFault(error)).toBe(expected);
});

test.each([
  [false, true, /STS does not accept the credentials either/],
  [true, true, /the account has not enabled this region\. Enable it/],
  [true, false, /every account has this region\. Run again/],
])('explains a token that a region does not know (valid %s, opt-in %s)', (isValid, isOptIn, message) => {
  expect(explainUnknownToken(isValid, isOptIn)).toMatch(message);
});
