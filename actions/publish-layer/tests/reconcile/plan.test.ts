import { expect, test } from 'vitest';
import type { Grant } from '#lib/aws/lambda.ts';
import { type ObservedVersion, type Plan, planLayer } from '../../src/reconcile/plan-layer.ts';
import { createLayer } from '../layer-fixture.ts';

const layer = createLayer({ description: 'PHP 8.2', license: 'MIT' });
const everyone = { to: 'everyone', statementId: 'public' };
const account = { to: 'account 210987654321', statementId: 'account-210987654321' };
const same: ObservedVersion = {
  version: 4,
  arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:4',
  codeSha256: layer.codeSha256,
  architectures: ['x86_64'],
  runtimes: ['provided.al2023'],
  description: 'PHP 8.2',
  license: 'MIT',
  grants: [everyone],
};
const goals: Record<string, readonly Grant[]> = {
  public: [{ statementId: 'public', principal: '*' }],
  private: [],
  shared: [
    { statementId: 'account-210987654321', principal: '210987654321' },
    { statementId: 'organization-o-0123456789', principal: '*', organization: 'o-0123456789' },
  ],
};

test.each<[string, Partial<ObservedVersion> | undefined, string, Plan['action'], string]>([
  ['has no version', undefined, 'public', 'publish', 'the region has no version'],
  ['has the same, public', {}, 'public', 'nothing', ''],
  ['has the same, private', { grants: [] }, 'public', 'grant', 'not granted to everyone'],
  ['has the same, private as wanted', { grants: [] }, 'private', 'nothing', ''],
  [
    'has the same, public against the wish',
    {},
    'private',
    'withdraw',
    'granted to everyone, and should not be',
  ],
  ['has the same, public beside one account', { grants: [everyone, account] }, 'public', 'nothing', ''],
  ['has the same, for one account', { grants: [account] }, 'public', 'grant', 'not granted to everyone'],
  [
    'has the same, for one of two',
    { grants: [account] },
    'shared',
    'grant',
    'not granted to organization o-0123456789',
  ],
  [
    'has the same, for a stranger',
    { grants: [{ to: 'account 1', statementId: 'x' }] },
    'shared',
    'withdraw',
    'granted to account 1, and should not be',
  ],
  [
    'has the same, public instead of shared',
    {},
    'shared',
    'withdraw',
    'granted to everyone, and should not be',
  ],
  ['has other content', { codeSha256: 'x' }, 'public', 'publish', 'other content'],
  ['has other content, private', { codeSha256: 'x', grants: [] }, 'public', 'publish', 'other content'],
  ['has other CPUs', { architectures: ['arm64'] }, 'public', 'publish', 'architectures arm64, not x86_64'],
  ['has no CPU listed', { architectures: [] }, 'public', 'publish', 'architectures none, not x86_64'],
  ['has other runtimes', { runtimes: ['a', 'b'] }, 'public', 'publish', 'runtimes a+b, not provided.al2023'],
  ['has another description', { description: 'PHP' }, 'public', 'nothing', 'description differs'],
  ['has another licence', { license: undefined }, 'public', 'nothing', 'licence differs'],
  [
    'has another description, private',
    { description: '', grants: [] },
    'public',
    'grant',
    'not granted to everyone, description differs',
  ],
])('a region that %s', (_, newest, goal, action, said) => {
  const wanted = { grants: goals[goal] ?? [], republishOnMetadata: false };
  const plan = planLayer(layer, wanted, newest && { ...same, ...newest });
  expect(plan.action).toBe(action);
  expect([...plan.reasons, ...plan.notes].join(', ')).toBe(said);
});

test('another description or licence makes a version where that is wished for', () => {
  const goal = { grants: goals.public ?? [], republishOnMetadata: true };
  const plan = planLayer(layer, goal, { ...same, description: 'PHP', license: 'GPL' });
  expect(plan).toEqual({ action: 'publish', reasons: ['description differs', 'licence differs'], notes: [] });
  expect(planLayer(layer, goal, same).action).toBe('nothing');
});

test('CPUs and runtimes are the same in any order', () => {
  const both = createLayer({ architectures: ['x86_64', 'arm64'], runtimes: ['a', 'b'] });
  const newest = { ...same, architectures: ['arm64', 'x86_64'], runtimes: ['b', 'a'] };
  const goal = { grants: goals.public ?? [], republishOnMetadata: false };
  expect(planLayer(both, goal, newest).action).toBe('nothing');
});
