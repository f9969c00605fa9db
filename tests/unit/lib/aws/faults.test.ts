import { ServiceException, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { explainUnknownToken, findRemedy } from '#lib/aws/call-error.ts';
import { classifyFault, describeFault, isNetworkFault } from '#lib/aws/faults.ts';
import { ActionError } from '#lib/node/errors.ts';

const answered = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name} said`), { name, $metadata: { httpStatusCode, requestId: 'r-1' } });
const network = (code: string) => Object.assign(new Error(`socket ${code}`), { code });

test.each<[string, unknown, string]>([
  ['429', new TooManyRequestsException({ $metadata: { httpStatusCode: 429 }, message: '' }), 'throttled'],
  ['a throttling code with status 400', answered('ThrottlingException', 400), 'throttled'],
  ['500', new ServiceException({ $metadata: { httpStatusCode: 500 }, message: '' }), 'unclear'],
  ['503', answered('ServiceUnavailable', 503), 'unclear'],
  ['408', answered('RequestTimeout', 408), 'unclear'],
  ['a 200 that cannot be read', answered('SyntaxError', 200), 'unclear'],
  ['a reset', network('ECONNRESET'), 'unclear'],
  ['a broken pipe', network('EPIPE'), 'unclear'],
  ["the SDK's time-out", Object.assign(new Error('t'), { name: 'TimeoutError' }), 'unclear'],
  ['giving up', Object.assign(new Error('t'), { name: 'AbortError' }), 'unclear'],
  ['a refused connection', network('ECONNREFUSED'), 'unsent'],
  ['an unknown host', network('ENOTFOUND'), 'unsent'],
  ['an answer that is no HTTP', network('HPE_INVALID_CONSTANT'), 'unclear'],
  ['a certificate of somebody else', network('ERR_TLS_CERT_ALTNAME_INVALID'), 'refused'],
  ['an expired certificate', network('CERT_HAS_EXPIRED'), 'refused'],
  ["S3's throttling", answered('SlowDown', 503), 'throttled'],
  ['what this action said itself', new ActionError('no token'), 'refused'],
  ['403', answered('AccessDeniedException', 403), 'refused'],
  ['400', answered('InvalidParameterValueException', 400), 'refused'],
  ['404', answered('ResourceNotFoundException', 404), 'refused'],
  ['a defect', new TypeError('x is not a function'), 'refused'],
  ['anything else', 'text', 'refused'],
])('%s', (_, error, kind) => {
  expect(classifyFault(error)).toBe(kind);
});

describe('findRemedy', () => {
  test.each<[string, number, RegExp]>([
    ['AccessDeniedException', 403, /Allow the role or user this operation/],
    ['ExpiredTokenException', 403, /Get new credentials/],
    ['CodeStorageExceededException', 400, /Ask for more storage/],
    ['RequestEntityTooLargeException', 413, /"s3-bucket"/],
    ['InvalidParameterValueException', 400, /Correct the named value/],
    ['PublicPolicyException', 400, /visibility: private/],
    ['SignatureDoesNotMatch', 403, /this machine's clock/],
    ['ThrottlingException', 429, /15 requests a second/],
    ['PolicyLengthExceededException', 400, /"organization-id"/],
    ['NoSuchBucket', 404, /"s3-bucket"/],
    ['AuthorizationHeaderMalformed', 400, /\{region\}/],
    ['ServiceException', 500, /Run again: what is done stays/],
    ['Whatever', 400, /Correct the cause and run again/],
  ])('%s', (name, status, remedy) => {
    expect(findRemedy(answered(name, status))).toMatch(remedy);
  });
});

test('a failed call is told with operation, code, status and request id', () => {
  expect(describeFault('GetLayerVersion', answered('AccessDenied', 403))).toBe(
    'GetLayerVersion: AccessDenied said (HTTP 403, request r-1)',
  );
  expect(describeFault('GetLayerVersion', network('ECONNRESET'))).toBe('GetLayerVersion: socket ECONNRESET');
});

test.each<[string, unknown, boolean]>([
  ['a reset', network('ECONNRESET'), true],
  ['a refused connection', network('ECONNREFUSED'), true],
  ['an internal error', answered('ServiceException', 500), false],
  ['throttling', answered('TooManyRequestsException', 429), false],
])('%s is the network: %s', (_, error, expected) => {
  expect(isNetworkFault(error)).toBe(expected);
});

test.each([
  [false, true, /STS does not accept the credentials either/],
  [true, true, /this region is not enabled for the account: enable it/],
  [true, false, /every account has this region: run again/],
])('a token that a region does not know (valid %s, opt-in %s) is explained', (isValid, isOptIn, message) => {
  expect(explainUnknownToken(isValid, isOptIn)).toMatch(message);
});
