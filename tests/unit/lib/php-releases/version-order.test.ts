import { expect, test } from 'vitest';
import { compareVersions, isPreRelease } from '#lib/php-releases/version-order.ts';

test('compares versions number by number', () => {
  expect(['3.9.1', '3.10.0', '3.9'].sort(compareVersions)).toEqual(['3.9', '3.9.1', '3.10.0']);
});

test('a pre-release is older than the release, and newer than earlier stages', () => {
  const ordered = ['8.5.13', '8.6.0alpha3', '8.6.0beta1', '8.6.0RC2', '8.6.0RC10', '8.6.0', '8.6.1'];
  expect(ordered.toReversed().sort(compareVersions)).toEqual(ordered);
  expect(compareVersions('8.6.0RC2', '8.6.0RC2')).toBe(0);
  expect(ordered.filter(isPreRelease)).toEqual(ordered.slice(1, 5));
});
