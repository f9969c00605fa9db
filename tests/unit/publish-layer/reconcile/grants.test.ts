import { expect, test } from 'vitest';
import { readGrants } from '../../../../actions/publish-layer/src/reconcile/grants.ts';

const arn = 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:3';
const everyone = {
  Sid: 'public',
  Effect: 'Allow',
  Principal: '*',
  Action: 'lambda:GetLayerVersion',
  Resource: arn,
};
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

test.each<[string, string | undefined, readonly string[]]>([
  ['no policy', undefined, []],
  ['no statement', policy(), []],
  ['a document without statements', '{}', []],
  ['everyone', policy(everyone), ['everyone']],
  ['everyone as an AWS principal', policy({ ...everyone, Principal: { AWS: '*' } }), ['everyone']],
  [
    'everyone in lists',
    policy({ ...everyone, Principal: { AWS: ['*'] }, Action: [everyone.Action] }),
    ['everyone'],
  ],
  [
    'one account',
    policy({ ...everyone, Principal: { AWS: 'arn:aws:iam::123456789012:root' } }),
    ['account 123456789012'],
  ],
  [
    'an organisation only',
    policy({ ...everyone, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
    ['organization o-1'],
  ],
  [
    'another action',
    policy({ ...everyone, Action: 'lambda:ListLayerVersions' }),
    ['somebody (a statement of another kind)'],
  ],
  [
    'another version',
    policy({ ...everyone, Resource: `${arn}1` }),
    ['somebody (a statement of another kind)'],
  ],
  ['a denial', policy({ ...everyone, Effect: 'Deny' }), ['nobody (a denial)']],
  [
    'everyone, and a denial',
    policy(everyone, { ...everyone, Sid: 'no', Effect: 'Deny' }),
    ['nobody (a denial)'],
  ],
  [
    'one account and everyone',
    policy({ ...everyone, Sid: 'a', Principal: { AWS: 'arn:aws:iam::123456789012:root' } }, everyone),
    ['account 123456789012', 'everyone'],
  ],
])('a version with %s', (_, document, expected) => {
  expect(readGrants(document, arn).map(({ to }) => to)).toEqual(expected);
});
