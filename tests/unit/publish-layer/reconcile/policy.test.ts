import { expect, test } from 'vitest';
import { isPublic } from '../../../../actions/publish-layer/src/reconcile/policy.ts';

const arn = 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:3';
const everyone = {
  Sid: 'public',
  Effect: 'Allow',
  Principal: '*',
  Action: 'lambda:GetLayerVersion',
  Resource: arn,
};
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

test.each<[string, string | undefined, boolean]>([
  ['no policy', undefined, false],
  ['no statement', policy(), false],
  ['a document without statements', '{}', false],
  ['everyone', policy(everyone), true],
  ['everyone as an AWS principal', policy({ ...everyone, Principal: { AWS: '*' } }), true],
  ['everyone in lists', policy({ ...everyone, Principal: { AWS: ['*'] }, Action: [everyone.Action] }), true],
  ['one account', policy({ ...everyone, Principal: { AWS: 'arn:aws:iam::1:root' } }), false],
  [
    'an organisation only',
    policy({ ...everyone, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
    false,
  ],
  ['another action', policy({ ...everyone, Action: 'lambda:ListLayerVersions' }), false],
  ['another version', policy({ ...everyone, Resource: `${arn}1` }), false],
  ['a denial', policy({ ...everyone, Effect: 'Deny' }), false],
  ['everyone, and a denial', policy(everyone, { ...everyone, Sid: 'no', Effect: 'Deny' }), false],
  [
    'one account and everyone',
    policy({ ...everyone, Sid: 'a', Principal: { AWS: 'arn:aws:iam::1:root' } }, everyone),
    true,
  ],
])('a version with %s', (_, document, expected) => {
  expect(isPublic(document, arn)).toBe(expected);
});
