import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { acceptsToken, readTemplate } from './cloudformation.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: readonly string[];
}

const template = readTemplate('.github/aws/github-role.yml', {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  Repository: 'brefphp/aws-lambda-layers',
  RepositoryId: '456789',
  OwnerId: '123456',
  Environment: 'release',
});
const { Properties: role } = template.Resources.Publisher;
const statements = role.Policies[0].PolicyDocument.Statement as readonly Statement[];

/** Lists the IAM actions of all Lambda operations that publish-layer imports from the SDK. */
function listCalledActions(): readonly string[] {
  const called = new Set<string>();
  for (const file of globSync(['actions/publish-layer/src/**/*.ts', 'lib/aws/**/*.ts'])) {
    const source = readFileSync(file, 'utf8');
    const [, names = ''] = /import \{([^}]+)\} from '@aws-sdk\/client-lambda'/s.exec(source) ?? [];
    for (const [, operation] of names.matchAll(/\b([A-Z]\w+)Command\b/g)) {
      // IAM has one action for both operations that read a layer version.
      called.add(`lambda:${operation === 'GetLayerVersionByArn' ? 'GetLayerVersion' : operation}`);
    }
  }
  return [...called].sort();
}

test('allows exactly the operations of publish-layer', () => {
  const allowed = statements.flatMap(({ Action }) => Action).sort();
  expect(listCalledActions().length).toBeGreaterThan(3);
  expect(allowed).toEqual(listCalledActions());
});

test("covers only the names of this repository's layers", () => {
  const resources = statements.flatMap(({ Resource }) => Resource);
  const names = new Set(resources.map((resource) => resource.split(':layer:')[1]?.split(':')[0]));
  expect([...names].sort()).toEqual(['arm-php-*', 'console', 'php-*']);
});

test.each(['aud', 'sub', 'repository_id', 'environment', 'job_workflow_ref'])(
  'limits its trust by %s',
  (claim) => {
    const [statement] = role.AssumeRolePolicyDocument.Statement;
    const conditions = { ...statement.Condition.StringEquals, ...statement.Condition.StringLike };
    expect([conditions[`token.actions.githubusercontent.com:${claim}`]].flat().join()).toMatch(/\w/);
  },
);

test('has a wildcard only for the tag of the workflow', () => {
  const { StringEquals, StringLike } = role.AssumeRolePolicyDocument.Statement[0].Condition;
  expect(Object.values(StringEquals).join()).not.toContain('*');
  expect(Object.values(StringLike).join()).toMatch(/^[^*]+\/release\.yml@refs\/tags\/\*$/);
});

const classic = 'repo:brefphp/aws-lambda-layers:environment:release';
/** https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens */
const immutable = 'repo:brefphp@123456/aws-lambda-layers@456789:environment:release';
const token = {
  aud: 'sts.amazonaws.com',
  sub: classic,
  repository_id: '456789',
  environment: 'release',
  job_workflow_ref: 'brefphp/aws-lambda-layers/.github/workflows/release.yml@refs/tags/2.3.44',
};
const conditions = role.AssumeRolePolicyDocument.Statement[0].Condition;

test.each([
  ['names', classic],
  ['names and ids', immutable],
])('accepts a subject with %s', (_form, sub) => {
  expect(acceptsToken(conditions, { ...token, sub })).toBe(true);
});

test.each([
  ['another owner of the same name', { sub: immutable.replace('@123456', '@1') }],
  ['another repository of the same name', { sub: immutable.replace('@456789', '@4') }],
  ['another repository with the old subject', { repository_id: '4' }],
  ['another environment', { sub: immutable.replace('release', 'lambda-tests'), environment: 'lambda-tests' }],
  ['a branch', { job_workflow_ref: token.job_workflow_ref.replace('tags/2.3.44', 'heads/main') }],
  ['another workflow', { job_workflow_ref: token.job_workflow_ref.replace('release.yml', 'tests.yml') }],
  ['another audience', { aud: 'https://github.com/brefphp' }],
  ['a pull request', { sub: 'repo:brefphp@123456/aws-lambda-layers@456789:pull_request' }],
])('refuses a token of %s', (_what, claims) => {
  expect(acceptsToken(conditions, { ...token, ...claims })).toBe(false);
});

test('its first comment passes every parameter without a default', () => {
  const text = readFileSync('.github/aws/github-role.yml', 'utf8');
  const [, command = ''] = /^(# aws cloudformation deploy[\s\S]+?)\n#\n/m.exec(text) ?? [];
  const required = Object.entries<{ readonly Default?: string }>(template.Parameters).filter(
    ([, parameter]) => parameter.Default === undefined,
  );
  expect(required.map(([name]) => name).sort()).toEqual(['OwnerId', 'RepositoryId']);
  for (const [name] of required) expect(command).toContain(`${name}=<`);
});

test("publish-layer's README shows both forms of the subject", () => {
  const [, json = '{}'] =
    /^## Trust policy[\s\S]+?```json\n([\s\S]+?)```/m.exec(
      readFileSync('actions/publish-layer/README.md', 'utf8'),
    ) ?? [];
  const documented = JSON.parse(json).Statement[0].Condition;
  const accepts = (sub: string) => acceptsToken(documented, { aud: 'sts.amazonaws.com', sub });
  expect(accepts('repo:me/my-layer:environment:release')).toBe(true);
  expect(accepts('repo:me@123456/my-layer@456789:environment:release')).toBe(true);
  expect(accepts('repo:me@1/my-layer@456789:environment:release')).toBe(false);
});
