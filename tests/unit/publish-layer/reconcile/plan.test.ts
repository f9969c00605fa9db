import { expect, test } from 'vitest';
import {
  type Goal,
  type ObservedVersion,
  type Plan,
  planLayer,
} from '../../../../actions/publish-layer/src/reconcile/plan.ts';
import { createLayer } from '../layer-fixture.ts';

const layer = createLayer({ description: 'PHP 8.2', license: 'MIT' });
const same: ObservedVersion = {
  version: 4,
  arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:4',
  codeSha256: layer.codeSha256,
  architectures: ['x86_64'],
  runtimes: ['provided.al2023'],
  description: 'PHP 8.2',
  license: 'MIT',
  grants: [{ statementId: 'public', to: 'everyone' }],
};

const goals = {
  public: { grants: [{ statementId: 'public', principal: '*' }], republishOnMetadata: false },
  private: { grants: [], republishOnMetadata: false },
  shared: {
    grants: [{ statementId: 'account-123456789012', principal: '123456789012' }],
    republishOnMetadata: false,
  },
  described: { grants: [{ statementId: 'public', principal: '*' }], republishOnMetadata: true },
} satisfies Record<string, Goal>;

test.each<[string, Partial<ObservedVersion> | undefined, keyof typeof goals, Plan['action'], string]>([
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
  ['has other content', { codeSha256: 'x' }, 'public', 'publish', 'other content'],
  ['has other content, private', { codeSha256: 'x', grants: [] }, 'public', 'publish', 'other content'],
  ['has other CPUs', { architectures: ['arm64'] }, 'public', 'publish', 'architectures arm64, not x86_64'],
  ['has no CPU listed', { architectures: [] }, 'public', 'publish', 'architectures none, not x86_64'],
  ['has other runtimes', { runtimes: ['a', 'b'] }, 'public', 'publish', 'runtimes a+b, not provided.al2023'],
  ['has another description', { description: 'PHP' }, 'public', 'nothing', 'description differs'],
  [
    'has another description that is worth a version',
    { description: 'PHP' },
    'described',
    'publish',
    'description differs',
  ],
  [
    'has the same, shared as wanted',
    { grants: [{ statementId: 'a', to: 'account 123456789012' }] },
    'shared',
    'nothing',
    '',
  ],
  [
    'has the same, shared with nobody',
    { grants: [] },
    'shared',
    'grant',
    'not granted to account 123456789012',
  ],
  [
    'has the same, public instead of shared',
    {},
    'shared',
    'withdraw',
    'granted to everyone, and should not be',
  ],
  ['has another licence', { license: undefined }, 'public', 'nothing', 'licence differs'],
  [
    'has another description, private',
    { description: '', grants: [] },
    'public',
    'grant',
    'not granted to everyone, description differs',
  ],
])('a region that %s', (_, newest, goal, action, said) => {
  const plan = planLayer(layer, goals[goal], newest && { ...same, ...newest });
  expect(plan.action).toBe(action);
  expect([...plan.reasons, ...plan.notes].join(', ')).toBe(said);
});

test('CPUs and runtimes are the same in any order', () => {
  const both = createLayer({ architectures: ['x86_64', 'arm64'], runtimes: ['a', 'b'] });
  const newest = { ...same, architectures: ['arm64', 'x86_64'], runtimes: ['b', 'a'] };
  expect(planLayer(both, goals.public, newest).action).toBe('nothing');
});
