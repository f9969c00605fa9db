import { expect, test } from 'vitest';
import type { Grant } from '#lib/aws/grants.ts';
import type { LayerVersionState } from '#lib/aws/layer-version-state.ts';
import { createLayer } from '../../../../tests/fixtures/published-layer.ts';
import { type Plan, planLayer } from '../../src/reconcile/plan-layer.ts';

const layer = createLayer({ description: 'PHP 8.2', license: 'MIT' });
const everyone = { grantee: 'everyone', statementId: 'public' };
const account = { grantee: 'account 210987654321', statementId: 'account-210987654321' };
const same: LayerVersionState = {
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

test.each<[string, Partial<LayerVersionState> | undefined, string, Plan['action'], string]>([
  ['has no version', undefined, 'public', 'publish', 'the region has no version'],
  ['has the same public layer', {}, 'public', 'nothing', ''],
  ['has the same layer, but private', { grants: [] }, 'public', 'grant', 'not granted to everyone'],
  ['has the same layer, private as wanted', { grants: [] }, 'private', 'nothing', ''],
  [
    'has the same layer, public instead of private',
    {},
    'private',
    'withdraw',
    'granted to everyone but should not be',
  ],
  [
    'has the same public layer with a grant to one account',
    { grants: [everyone, account] },
    'public',
    'nothing',
    '',
  ],
  [
    'has the same layer, granted to one account instead of everyone',
    { grants: [account] },
    'public',
    'grant',
    'not granted to everyone',
  ],
  [
    'has the same layer, granted to one of two grantees',
    { grants: [account] },
    'shared',
    'grant',
    'not granted to organization o-0123456789',
  ],
  [
    'has the same layer, granted to a wrong account',
    { grants: [{ grantee: 'account 1', statementId: 'x' }] },
    'shared',
    'withdraw',
    'granted to account 1 but should not be',
  ],
  [
    'has the same layer, public instead of shared',
    {},
    'shared',
    'withdraw',
    'granted to everyone but should not be',
  ],
  ['has other content', { codeSha256: 'x' }, 'public', 'publish', 'different content'],
  ['has other private content', { codeSha256: 'x', grants: [] }, 'public', 'publish', 'different content'],
  [
    'has other CPUs',
    { architectures: ['arm64'] },
    'public',
    'publish',
    'architectures arm64 instead of x86_64',
  ],
  ['has no CPU listed', { architectures: [] }, 'public', 'publish', 'architectures none instead of x86_64'],
  [
    'has other runtimes',
    { runtimes: ['a', 'b'] },
    'public',
    'publish',
    'runtimes a+b instead of provided.al2023',
  ],
  ['has another description', { description: 'PHP' }, 'public', 'nothing', 'description differs'],
  ['has another license', { license: undefined }, 'public', 'nothing', 'license differs'],
  [
    'has another description and is private',
    { description: '', grants: [] },
    'public',
    'grant',
    'not granted to everyone, description differs',
  ],
])('a region that %s', (_, newest, goal, action, reasons) => {
  const wanted = { grants: goals[goal] ?? [], republishOnMetadata: false };
  const plan = planLayer(layer, wanted, newest && { ...same, ...newest });
  expect(plan.action).toBe(action);
  expect([...plan.reasons, ...plan.notes].join(', ')).toBe(reasons);
});

test('a different description or license requires a new version if republishOnMetadata is set', () => {
  const goal = { grants: goals.public ?? [], republishOnMetadata: true };
  const plan = planLayer(layer, goal, { ...same, description: 'PHP', license: 'GPL' });
  expect(plan).toEqual({ action: 'publish', reasons: ['description differs', 'license differs'], notes: [] });
  expect(planLayer(layer, goal, same).action).toBe('nothing');
});

test('the order of CPUs and runtimes does not matter', () => {
  const both = createLayer({ architectures: ['x86_64', 'arm64'], runtimes: ['a', 'b'] });
  const newest = { ...same, architectures: ['arm64', 'x86_64'], runtimes: ['b', 'a'] };
  const goal = { grants: goals.public ?? [], republishOnMetadata: false };
  expect(planLayer(both, goal, newest).action).toBe('nothing');
});
