import { retryLimits } from '#lib/aws/retry.ts';
import type { Fault, FaultRule } from '../../../tests/helpers/faulty-network.ts';
import {
  type ModelResponse,
  type ModelVersion,
  type Operation,
  refuse,
} from '../../../tests/helpers/lambda-model.ts';
import { lastingCredentials } from './region-fixture.ts';
import type { PublishOptions } from './world-fixture.ts';

/** A row of the fault table of docs/publishing.md: what happens to requests, and what must come of it. */
export interface FaultCase {
  readonly name: string;
  readonly rules: readonly FaultRule[];
  /** What the region has before. */
  readonly before?: Partial<ModelVersion>;
  readonly options?: Partial<PublishOptions>;
  /** How the layer ends in a region that meets the fault. */
  readonly outcome: 'published' | 'granted' | 'failed';
  /** Versions with the layer's content that the region has in the end. */
  readonly versions: 0 | 1 | 2;
  /** Whether everyone may use the newest of them. */
  readonly isPublic: boolean;
  /** What the report says: note or cause. */
  readonly says: RegExp;
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

/** Credentials that a service may take to have ended, and that can be had anew. */
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
  { name: 'None', rules: [], ...published, says: /^$/ },
  {
    name: 'Publish is throttled (429 with Retry-After), twice',
    rules: [onPublish(throttled, 2)],
    ...published,
    says: /^$/,
  },
  {
    name: 'Everything is throttled, again and again',
    rules: [on('every operation', throttled, always)],
    ...refused,
    says: /TooManyRequestsException.*"max-rps"/,
  },
  {
    name: 'Reads and grants are throttled, three times each',
    rules: [...reads, 'AddLayerVersionPermission' as const].map((operation) => on(operation, throttled, 3)),
    ...published,
    says: /^$/,
  },
  {
    name: 'Publish answers 500, and made no version',
    rules: [onPublish(error(500, 'ServiceException'))],
    ...published,
    says: /^$/,
  },
  {
    name: 'Publish answers 500, and made a version',
    rules: [onPublish(error(500, 'ServiceException', { isDone: true }))],
    ...published,
    says: /the answer was lost, the version was found/,
  },
  {
    name: 'Publish answers 503, and made no version',
    rules: [onPublish(error(503, 'ServiceUnavailable'))],
    ...published,
    says: /^$/,
  },
  {
    name: 'Reads answer 500 and 503',
    rules: reads.flatMap((operation) => [
      on(operation, error(500, 'ServiceException')),
      on(operation, error(503, 'ServiceUnavailable')),
    ]),
    ...published,
    says: /^$/,
  },
  {
    name: 'The connection is refused',
    rules: [onPublish({ kind: 'unreachable', code: 'ECONNREFUSED' })],
    ...published,
    says: /^$/,
  },
  {
    name: 'The region cannot be reached at all',
    rules: [on('every operation', { kind: 'unreachable', code: 'EHOSTUNREACH' }, always)],
    ...refused,
    says: /ListLayerVersions: connect EHOSTUNREACH.*Run again/,
  },
  {
    name: 'The connection breaks while publishing, and nothing was made',
    rules: [onPublish({ kind: 'reset', commit: 'never' })],
    ...published,
    says: /^$/,
  },
  {
    name: 'The connection breaks after the version was made (answer lost)',
    rules: [onPublish({ kind: 'reset', commit: 'at once' })],
    ...published,
    says: /the answer was lost, the version was found/,
  },
  {
    name: 'The version is made 20 s after the connection broke',
    rules: [onPublish({ kind: 'reset', commit: 20_000 })],
    ...published,
    says: /the answer was lost, the version was found/,
  },
  {
    name: 'The version is made at the end of the quiet period',
    rules: [onPublish({ kind: 'reset', commit: 60_000 })],
    ...published,
    says: /the answer was lost, the version was found/,
  },
  {
    name: 'The version is made after the quiet period, when the layer was sent again',
    rules: [onPublish({ kind: 'reset', commit: 60_200 })],
    ...published,
    versions: 2,
    says: /version 1 seems to be of an earlier try; 2 is used/,
  },
  {
    name: 'A second version appears after everything was read back',
    rules: [
      onPublish({ kind: 'reset', commit: 62_000 }),
      { operation: 'GetLayerVersionPolicy', fault: { kind: 'slow', milliseconds: 5_000 } },
    ],
    ...published,
    versions: 2,
    says: /version 2 appeared with the same content, and is used/,
  },
  {
    name: 'The answer comes slowly (90 s)',
    rules: [onPublish({ kind: 'slow', milliseconds: 90_000 })],
    ...published,
    says: /^$/,
  },
  {
    name: 'The answer ends in the middle',
    rules: [onPublish({ kind: 'half an answer' })],
    ...published,
    says: /the answer was lost, the version was found/,
  },
  {
    name: 'Publish is never answered, and made no version',
    rules: [onPublish({ kind: 'silence', commit: 'never' })],
    ...published,
    says: /^$/,
  },
  {
    name: 'Publish is never answered, and made a version',
    rules: [onPublish({ kind: 'silence', commit: 'at once' })],
    ...published,
    says: /the answer was lost, the version was found/,
  },
  {
    name: 'A read is never answered',
    rules: reads.map((operation) => on(operation, { kind: 'silence', commit: 'never' })),
    ...published,
    says: /^$/,
  },
  {
    name: 'Nothing is ever answered',
    rules: [on('every operation', { kind: 'silence', commit: 'never' }, always)],
    ...refused,
    says: /ListLayerVersions: .*timed out.*Run again/,
  },
  {
    name: 'Publish never gets a clear answer, and never makes a version',
    rules: [onPublish({ kind: 'reset', commit: 'never' }, always)],
    ...refused,
    says: /PublishLayerVersion: .*ECONNRESET|it may still make a version, which the next run finds/,
  },
  {
    name: "The token ends in the middle; a role's is renewed",
    rules: [onPublish(error(403, 'ExpiredTokenException'))],
    options: { credentials: renewable() as never },
    ...published,
    says: /^$/,
  },
  {
    name: 'The token ends in the middle, and there is no other',
    rules: [
      { operation: 'every operation', fault: error(403, 'ExpiredTokenException'), skip: 1, times: always },
    ],
    options: { credentials: lastingCredentials },
    ...refused,
    says: /ExpiredTokenException.*Get new credentials and run again/,
  },
  {
    name: 'Access is denied',
    rules: [onPublish(error(403, 'AccessDeniedException'), always)],
    ...refused,
    says: /PublishLayerVersion: AccessDeniedException.*Allow the role or user this operation/,
  },
  {
    name: 'The region is not enabled for the account',
    rules: [on('every operation', error(403, 'UnrecognizedClientException'), always)],
    ...refused,
    says: /UnrecognizedClientException.*(this region is not enabled for the account|every account has this region)/,
  },
  {
    name: 'The credentials are no longer known anywhere',
    rules: [on('every operation', error(403, 'UnrecognizedClientException'), always)],
    options: { staysValid: false },
    ...refused,
    says: /STS does not accept the credentials either/,
  },
  {
    name: 'Storage is full',
    rules: [onPublish(error(400, 'CodeStorageExceededException'), always)],
    ...refused,
    says: /CodeStorageExceededException.*Ask for more storage/,
  },
  {
    name: 'A value is refused',
    rules: [onPublish(error(400, 'InvalidParameterValueException'), always)],
    ...refused,
    says: /InvalidParameterValueException.*Correct the named value/,
  },
  {
    name: 'Another hash is read back',
    rules: [
      on(
        'GetLayerVersion',
        {
          kind: 'changed answer',
          change: change((body) => ({ ...body, Content: { CodeSha256: 'b3RoZXI=' } })),
        },
        always,
      ),
    ],
    outcome: 'failed',
    versions: 1,
    isPublic: false,
    says: /was read back with other content\. It was granted to nobody/,
  },
  {
    name: 'The new version is to be seen only after some seconds',
    rules: [
      {
        operation: 'ListLayerVersions',
        fault: { kind: 'changed answer', change: change(() => ({ LayerVersions: [] })) },
        skip: 1,
        times: 2,
      },
    ],
    ...published,
    says: /^$/,
  },
  {
    name: 'The grant is answered with success, and the policy never shows it',
    rules: [
      on(
        'GetLayerVersionPolicy',
        { kind: 'made-up answer', response: refuse(404, 'ResourceNotFoundException') },
        always,
      ),
    ],
    outcome: 'failed',
    versions: 1,
    isPublic: true,
    says: /was granted to everyone, and its policy does not say so/,
  },
  {
    name: 'The policy shows the grant only after some seconds',
    rules: [
      on(
        'GetLayerVersionPolicy',
        { kind: 'made-up answer', response: refuse(404, 'ResourceNotFoundException') },
        2,
      ),
    ],
    ...published,
    says: /^$/,
  },
  {
    name: "The grant's answer is lost; the statement is found taken, and right",
    rules: [on('AddLayerVersionPermission', { kind: 'reset', commit: 'at once' })],
    ...published,
    says: /^$/,
  },
  {
    name: 'The statement id is taken by another grant',
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
    says: /has a statement "public" that does not grant everyone/,
  },
  {
    name: 'Public access is blocked by the account',
    rules: [on('AddLayerVersionPermission', error(400, 'PublicPolicyException'), always)],
    outcome: 'failed',
    versions: 1,
    isPublic: false,
    says: /AddLayerVersionPermission: PublicPolicyException.*visibility: private/,
  },
  {
    name: 'An earlier run was killed before it granted',
    rules: [],
    before: { statements: [] },
    outcome: 'granted',
    versions: 1,
    isPublic: true,
    says: /^$/,
  },
  {
    name: 'The request is too large',
    rules: [onPublish(error(413, 'RequestEntityTooLargeException'), always)],
    ...refused,
    says: /RequestEntityTooLargeException.*"s3-bucket"/,
  },
  {
    name: 'Publish fails at every try but the last one',
    rules: [onPublish(throttled, retryLimits.attempts - 1)],
    ...published,
    says: /^$/,
  },
];
