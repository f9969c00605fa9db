import { retryLimits } from '#lib/aws/retry.ts';
import { permanentCredentials } from '../../../tests/fixtures/permanent-credentials.ts';
import type { Fault, FaultRule } from '../../../tests/stand-ins/faulty-network.ts';
import {
  type ModelResponse,
  type ModelVersion,
  type Operation,
  refuse,
} from '../../../tests/stand-ins/lambda-model.ts';
import type { PublishOptions } from './world-fixture.ts';

/** A row of the fault table of docs/publishing.md: a fault and its expected outcome. */
export interface FaultCase {
  readonly name: string;
  readonly rules: readonly FaultRule[];
  /** Layer version that the region has before the run. */
  readonly before?: Partial<ModelVersion>;
  readonly options?: Partial<PublishOptions>;
  /** Outcome in a region with the fault. */
  readonly outcome: 'published' | 'granted' | 'failed';
  /** Final number of layer versions with the layer's content. */
  readonly versions: 0 | 1 | 2;
  /** Whether the newest of them is public. */
  readonly isPublic: boolean;
  /** Pattern of the cause or the notes. */
  readonly report: RegExp;
}

const always = 1_000;
const error = (
  status: number,
  type: string,
  more: Partial<Extract<Fault, { kind: 'error' }>> = {},
): Fault => ({
  kind: 'error',
  status,
  type,
  ...more,
});
const throttled = error(429, 'TooManyRequestsException', { headers: { 'retry-after': '2' } });
const on = (operation: FaultRule['operation'], fault: Fault, times = 1): FaultRule => ({
  operation,
  fault,
  times,
});
const onPublish = (fault: Fault, times = 1) => on('PublishLayerVersion', fault, times);
const reads: Operation[] = ['ListLayerVersions', 'GetLayerVersion', 'GetLayerVersionPolicy'];
const change =
  (fix: (body: Record<string, unknown>) => Record<string, unknown>) => (response: ModelResponse) => ({
    ...response,
    body: JSON.stringify(fix(JSON.parse(response.body) as Record<string, unknown>)),
  });

const published = { outcome: 'published', versions: 1, isPublic: true } as const;
const refused = { outcome: 'failed', versions: 0, isPublic: false } as const;

/** Credentials that can be renewed. */
const renewable = (): PublishOptions['credentials'] => {
  let count = 1;
  return {
    provide: Object.assign(
      async () => ({ accessKeyId: `key-${count}`, secretAccessKey: 's', sessionToken: `t-${count}` }),
      { memoized: true as const },
    ),
    async replace() {
      count++;
      return true;
    },
  };
};

export const faultCases: readonly FaultCase[] = [
  { name: 'None', rules: [], ...published, report: /^$/ },
  {
    name: 'Publishing is throttled twice (429 with Retry-After)',
    rules: [onPublish(throttled, 2)],
    ...published,
    report: /^$/,
  },
  {
    name: 'All requests are always throttled',
    rules: [on('every operation', throttled, always)],
    ...refused,
    report: /TooManyRequestsException.*"max-rps"/,
  },
  {
    name: 'Reads and grants are throttled three times each',
    rules: [...reads, 'AddLayerVersionPermission' as const].map((operation) => on(operation, throttled, 3)),
    ...published,
    report: /^$/,
  },
  {
    name: 'Publishing returns 500 and created no version',
    rules: [onPublish(error(500, 'ServiceException'))],
    ...published,
    report: /^$/,
  },
  {
    name: 'Publishing returns 500 and created a version',
    rules: [onPublish(error(500, 'ServiceException', { isProcessed: true }))],
    ...published,
    report: /the response was lost; the version was found/,
  },
  {
    name: 'Publishing returns 503 and created no version',
    rules: [onPublish(error(503, 'ServiceUnavailable'))],
    ...published,
    report: /^$/,
  },
  {
    name: 'Reads return 500 and 503',
    rules: reads.flatMap((operation) => [
      on(operation, error(500, 'ServiceException')),
      on(operation, error(503, 'ServiceUnavailable')),
    ]),
    ...published,
    report: /^$/,
  },
  {
    name: 'The connection is refused',
    rules: [onPublish({ kind: 'unreachable', code: 'ECONNREFUSED' })],
    ...published,
    report: /^$/,
  },
  {
    name: 'The region is unreachable',
    rules: [on('every operation', { kind: 'unreachable', code: 'EHOSTUNREACH' }, always)],
    ...refused,
    report: /ListLayerVersions: connect EHOSTUNREACH.*Run again/,
  },
  {
    name: 'The connection breaks during publishing; no version was created',
    rules: [onPublish({ kind: 'reset', commit: 'never' })],
    ...published,
    report: /^$/,
  },
  {
    name: 'The connection breaks after the version was created',
    rules: [onPublish({ kind: 'reset', commit: 'immediately' })],
    ...published,
    report: /the response was lost; the version was found/,
  },
  {
    name: 'The version is created 20 s after the connection broke',
    rules: [onPublish({ kind: 'reset', commit: 20_000 })],
    ...published,
    report: /the response was lost; the version was found/,
  },
  {
    name: 'The version is created at the end of the quiet period',
    rules: [onPublish({ kind: 'reset', commit: 60_000 })],
    ...published,
    report: /the response was lost; the version was found/,
  },
  {
    name: 'The version is created after the quiet period, when the layer was sent again',
    rules: [onPublish({ kind: 'reset', commit: 60_200 })],
    ...published,
    versions: 2,
    report: /version 1 probably comes from an earlier attempt; version 2 is used/,
  },
  {
    name: 'A second version appears after the read-back',
    rules: [
      onPublish({ kind: 'reset', commit: 62_000 }),
      { operation: 'GetLayerVersionPolicy', fault: { kind: 'slow', delayMs: 5_000 } },
    ],
    ...published,
    versions: 2,
    report: /version 2 appeared later with the same content and is used/,
  },
  {
    name: 'The response takes 90 s',
    rules: [onPublish({ kind: 'slow', delayMs: 90_000 })],
    ...published,
    report: /^$/,
  },
  {
    name: 'The response ends in the middle',
    rules: [onPublish({ kind: 'truncated response' })],
    ...published,
    report: /the response was lost; the version was found/,
  },
  {
    name: 'Publishing gets no response and created no version',
    rules: [onPublish({ kind: 'no response', commit: 'never' })],
    ...published,
    report: /^$/,
  },
  {
    name: 'Publishing gets no response and created a version',
    rules: [onPublish({ kind: 'no response', commit: 'immediately' })],
    ...published,
    report: /the response was lost; the version was found/,
  },
  {
    name: 'One request of each read gets no response',
    rules: reads.map((operation) => on(operation, { kind: 'no response', commit: 'never' })),
    ...published,
    report: /^$/,
  },
  {
    name: 'No request gets a response',
    rules: [on('every operation', { kind: 'no response', commit: 'never' }, always)],
    ...refused,
    report: /ListLayerVersions: .*timed out.*Run again/,
  },
  {
    name: 'Publishing always gets an unclear response and creates no version',
    rules: [onPublish({ kind: 'reset', commit: 'never' }, always)],
    ...refused,
    report:
      /PublishLayerVersion: .*ECONNRESET|the request may still create a version, which the next run finds/,
  },
  {
    name: 'The session token expires and is renewed (role)',
    rules: [onPublish(error(403, 'ExpiredTokenException'))],
    options: { credentials: renewable() as never },
    ...published,
    report: /^$/,
  },
  {
    name: 'The session token expires and cannot be renewed',
    rules: [
      { operation: 'every operation', fault: error(403, 'ExpiredTokenException'), skip: 1, times: always },
    ],
    options: { credentials: permanentCredentials },
    ...refused,
    report: /ExpiredTokenException.*Get new credentials and run again/,
  },
  {
    name: 'Access is denied',
    rules: [onPublish(error(403, 'AccessDeniedException'), always)],
    ...refused,
    report: /PublishLayerVersion: AccessDeniedException.*Allow the role or user this operation/,
  },
  {
    name: 'The account has not enabled the region',
    rules: [on('every operation', error(403, 'UnrecognizedClientException'), always)],
    ...refused,
    report:
      /UnrecognizedClientException.*(the account has not enabled this region|every account has this region)/,
  },
  {
    name: 'AWS no longer knows the credentials',
    rules: [on('every operation', error(403, 'UnrecognizedClientException'), always)],
    options: { stayValid: false },
    ...refused,
    report: /STS does not accept the credentials either/,
  },
  {
    name: 'The code storage is full',
    rules: [onPublish(error(400, 'CodeStorageExceededException'), always)],
    ...refused,
    report: /CodeStorageExceededException.*Request more storage/,
  },
  {
    name: 'A parameter is refused',
    rules: [onPublish(error(400, 'InvalidParameterValueException'), always)],
    ...refused,
    report: /InvalidParameterValueException.*Correct the named value/,
  },
  {
    name: 'The read-back has another hash',
    rules: [
      on(
        'GetLayerVersion',
        {
          kind: 'changed response',
          change: change((body) => ({ ...body, Content: { CodeSha256: 'b3RoZXI=' } })),
        },
        always,
      ),
    ],
    outcome: 'failed',
    versions: 1,
    isPublic: false,
    report: /was read back with different content\. It was not granted/,
  },
  {
    name: 'The new version becomes visible after some seconds',
    rules: [
      {
        operation: 'ListLayerVersions',
        fault: { kind: 'changed response', change: change(() => ({ LayerVersions: [] })) },
        skip: 1,
        times: 2,
      },
    ],
    ...published,
    report: /^$/,
  },
  {
    name: 'The grant succeeds, but the policy never shows it',
    rules: [
      on(
        'GetLayerVersionPolicy',
        { kind: 'fake response', response: refuse(404, 'ResourceNotFoundException') },
        always,
      ),
    ],
    outcome: 'failed',
    versions: 1,
    isPublic: true,
    report: /was granted to everyone, but its policy does not show it/,
  },
  {
    name: 'The policy shows the grant after some seconds',
    rules: [
      on(
        'GetLayerVersionPolicy',
        { kind: 'fake response', response: refuse(404, 'ResourceNotFoundException') },
        2,
      ),
    ],
    ...published,
    report: /^$/,
  },
  {
    name: "The grant's response is lost; the statement exists and is right",
    rules: [on('AddLayerVersionPermission', { kind: 'reset', commit: 'immediately' })],
    ...published,
    report: /^$/,
  },
  {
    name: 'Another grant has the statement id',
    rules: [],
    before: {
      statements: [
        {
          Sid: 'public',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::210987654321:root' },
          Action: 'lambda:GetLayerVersion',
          Resource: 'another',
        },
      ],
    },
    outcome: 'failed',
    versions: 1,
    isPublic: false,
    report: /has a statement "public" that does not grant everyone/,
  },
  {
    name: 'The account blocks public access',
    rules: [on('AddLayerVersionPermission', error(400, 'PublicPolicyException'), always)],
    outcome: 'failed',
    versions: 1,
    isPublic: false,
    report: /AddLayerVersionPermission: PublicPolicyException.*visibility: private/,
  },
  {
    name: 'An earlier run was killed before its grant',
    rules: [],
    before: { statements: [] },
    outcome: 'granted',
    versions: 1,
    isPublic: true,
    report: /^$/,
  },
  {
    name: 'The request is too large',
    rules: [onPublish(error(413, 'RequestEntityTooLargeException'), always)],
    ...refused,
    report: /RequestEntityTooLargeException.*"s3-bucket"/,
  },
  {
    name: 'Publishing is throttled at every attempt but the last',
    rules: [onPublish(throttled, retryLimits.attempts - 1)],
    ...published,
    report: /^$/,
  },
];
