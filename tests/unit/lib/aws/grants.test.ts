import { describe, expect, test } from 'vitest';
import { describeAccess, describeGrant, readGrants } from '#lib/aws/grants.ts';

const arn = 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:3';
const everyone = {
  Sid: 'public',
  Effect: 'Allow',
  Principal: '*',
  Action: 'lambda:GetLayerVersion',
  Resource: arn,
};
const account = { ...everyone, Sid: 'a', Principal: { AWS: 'arn:aws:iam::210987654321:root' } };
const organization = { ...everyone, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-0123456789' } } };
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
  ['one account', policy(account), ['account 210987654321']],
  [
    'one account by its number',
    policy({ ...account, Principal: { AWS: '210987654321' } }),
    ['account 210987654321'],
  ],
  [
    'one account of another partition',
    policy({ ...account, Principal: { AWS: 'arn:aws-us-gov:iam::210987654321:root' } }),
    ['account 210987654321'],
  ],
  ['an organization', policy(organization), ['organization o-0123456789']],
  ['one account and everyone', policy(account, everyone), ['account 210987654321', 'everyone']],
  ['a denial', policy({ ...everyone, Effect: 'Deny' }), ['unknown (a deny statement)']],
  [
    'everyone and a denial',
    policy(everyone, { ...everyone, Sid: 'no', Effect: 'Deny' }),
    ['unknown (a deny statement)'],
  ],
])('a policy with %s grants %s', (_, document, grantees) => {
  expect(readGrants(document, arn).map(({ grantee }) => grantee)).toEqual(grantees);
});

test.each<[string, object]>([
  ['another action', { ...everyone, Action: 'lambda:ListLayerVersions' }],
  ['another version', { ...everyone, Resource: `${arn}1` }],
  ['another condition', { ...everyone, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
  [
    'an organization beside another condition',
    { ...organization, Condition: { ...organization.Condition, Bool: { 'aws:SecureTransport': 'true' } } },
  ],
  ['a condition for one account', { ...account, Condition: organization.Condition }],
  ['a role', { ...everyone, Principal: { AWS: 'arn:aws:iam::210987654321:role/admin' } }],
  ['two accounts', { ...everyone, Principal: { AWS: ['210987654321', '123456789012'] } }],
  ['no principal', { Sid: 'public', Effect: 'Allow', Action: everyone.Action, Resource: arn }],
  ['an unsupported element', { ...everyone, NotPrincipal: { AWS: '210987654321' } }],
])('does not know the grantee of a statement with %s', (_, statement) => {
  expect(readGrants(policy(statement), arn)).toEqual([
    { statementId: expect.any(String), grantee: 'unknown (an unsupported statement)' },
  ]);
});

test('describes a grant in the form of a policy', () => {
  expect(describeGrant({ statementId: 'public', principal: '*' })).toBe('everyone');
  expect(describeGrant({ statementId: 'a', principal: '210987654321' })).toBe('account 210987654321');
  expect(describeGrant({ statementId: 'o', principal: '*', organization: 'o-1' })).toBe('organization o-1');
});

describe('describeAccess', () => {
  test.each([
    [[], 'private'],
    [['everyone'], 'public'],
    [['account 1', 'organization o-1'], 'shared with account 1, organization o-1'],
  ])('%j is %s', (grantees, access) => {
    expect(describeAccess(grantees.map((grantee) => ({ statementId: '', grantee })))).toBe(access);
  });
});
