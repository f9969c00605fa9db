import { expect, test } from 'vitest';
import type { Visibility } from '../../../../actions/publish-layer/src/inputs.ts';
import {
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
  isPublic: true,
};

test.each<[string, Partial<ObservedVersion> | undefined, Visibility, Plan['action'], string]>([
  ['has no version', undefined, 'public', 'publish', 'the region has no version'],
  ['has the same, public', {}, 'public', 'nothing', ''],
  ['has the same, private', { isPublic: false }, 'public', 'grant', 'not public'],
  ['has the same, private as wanted', { isPublic: false }, 'private', 'nothing', ''],
  ['has the same, public against the wish', {}, 'private', 'withdraw', 'public, and should be private'],
  ['has other content', { codeSha256: 'x' }, 'public', 'publish', 'other content'],
  ['has other content, private', { codeSha256: 'x', isPublic: false }, 'public', 'publish', 'other content'],
  ['has other CPUs', { architectures: ['arm64'] }, 'public', 'publish', 'architectures arm64, not x86_64'],
  ['has no CPU listed', { architectures: [] }, 'public', 'publish', 'architectures none, not x86_64'],
  ['has other runtimes', { runtimes: ['a', 'b'] }, 'public', 'publish', 'runtimes a+b, not provided.al2023'],
  ['has another description', { description: 'PHP' }, 'public', 'nothing', 'description differs'],
  ['has another licence', { license: undefined }, 'public', 'nothing', 'licence differs'],
  [
    'has another description, private',
    { description: '', isPublic: false },
    'public',
    'grant',
    'not public, description differs',
  ],
])('a region that %s', (_, newest, visibility, action, said) => {
  const plan = planLayer(layer, visibility, newest && { ...same, ...newest });
  expect(plan.action).toBe(action);
  expect([...plan.reasons, ...plan.notes].join(', ')).toBe(said);
});

test('CPUs and runtimes are the same in any order', () => {
  const both = createLayer({ architectures: ['x86_64', 'arm64'], runtimes: ['a', 'b'] });
  const newest = { ...same, architectures: ['arm64', 'x86_64'], runtimes: ['b', 'a'] };
  expect(planLayer(both, 'public', newest).action).toBe('nothing');
});
