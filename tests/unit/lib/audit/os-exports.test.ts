import { expect, test } from 'vitest';
import { createOsExports, groupExports, hasOnlyPrefixes } from '#lib/audit/os-exports.ts';

const names = [
  'x_open',
  'x_close',
  'x_read',
  'y_one',
  'version',
  'xmlA',
  'xmlB',
  'xmlC',
  '_ZN1aE',
  '_Zb',
  '_Zc',
];

test('groups names by prefix, and keeps short groups in full', () => {
  expect(groupExports([...names, 'x_open'], false)).toEqual({
    '': 'version y_one',
    _Z: 'N1aE b c',
    x_: 'close open read',
    xml: 'A B C',
  });
  expect(groupExports([], false)).toEqual({});
});

test('grouped names are the same names', () => {
  const exported = createOsExports(groupExports(names, false));
  expect(names.map((name) => exported.judge(name))).toEqual(names.map(() => 'exported'));
  for (const other of ['x_', 'x_opened', 'open', 'y_', 'xml', '']) {
    expect([other, exported.judge(other)]).toEqual([other, 'absent']);
  }
});

test('a name with the prefix of a library that has only prefixes is unknown', () => {
  const groups = groupExports(names, true);
  expect([hasOnlyPrefixes(groups), hasOnlyPrefixes(groupExports(names, false))]).toEqual([true, false]);
  const exported = createOsExports(groups);
  expect(['x_any', 'version', 'versions'].map((name) => exported.judge(name))).toEqual([
    'unknown',
    'exported',
    'absent',
  ]);
});

test('names of JavaScript objects are not taken for exports', () => {
  const exported = createOsExports(groupExports(['a_b'], false));
  expect(['constructor', '__proto__'].map((name) => exported.judge(name))).toEqual(['absent', 'absent']);
  expect(createOsExports(groupExports(['__proto__', 'constructor'], false)).judge('__proto__')).toBe(
    'exported',
  );
});

test('knows whether a library has names with the same prefix', () => {
  const exported = createOsExports(groupExports(names, false));
  const found = ['x_new', 'xmlNew', 'xmlreader_new', 'y_two', 'z'].filter((name) =>
    exported.hasPrefixOf(name),
  );
  expect(found).toEqual(['x_new', 'xmlNew']);
});
