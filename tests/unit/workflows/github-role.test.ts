import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse, type ScalarTag } from 'yaml';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: readonly string[];
}

/** Reads CloudFormation's short forms as text. */
const customTags: ScalarTag[] = ['!Sub', '!Ref', '!GetAtt'].map((tag) => ({
  tag,
  resolve: (text: string) => text,
}));
const template = parse(readFileSync('.github/aws/github-role.yml', 'utf8'), { customTags });
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
    expect(conditions[`token.actions.githubusercontent.com:${claim}`]).toMatch(/\w/);
  },
);

test('has a wildcard only for the tag of the workflow', () => {
  const { StringEquals, StringLike } = role.AssumeRolePolicyDocument.Statement[0].Condition;
  expect(Object.values(StringEquals).join()).not.toContain('*');
  expect(Object.values(StringLike).join()).toMatch(/^[^*]+\/release\.yml@refs\/tags\/\*$/);
});
