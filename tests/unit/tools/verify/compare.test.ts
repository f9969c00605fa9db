import { expect, test } from 'vitest';
import type { ZipEntry } from '#lib/zip/list-zip.ts';
import { compareEntries, formatDifferences } from '../../../../tools/verify/compare.ts';

const file = (path: string, change: { mode?: string; size?: number; sha256?: string } = {}): ZipEntry => ({
  type: 'file',
  path,
  mode: '0644',
  size: 3,
  sha256: 'aa',
  ...change,
});
const link = (path: string, target: string): ZipEntry => ({ type: 'symlink', path, target });

test('finds no difference in the same entries, in any order', () => {
  const entries = [file('a'), link('b', 'a')];
  expect(compareEntries(entries, entries.toReversed())).toEqual([]);
});

test.each<[string, readonly ZipEntry[], readonly ZipEntry[], string]>([
  ['an added file', [], [file('a')], 'added    a: file of 3 bytes, mode 0644'],
  ['a removed symlink', [link('a', 'b')], [], 'removed  a: symlink to b'],
  ['another mode', [file('a')], [file('a', { mode: '0755' })], 'changed  a: mode 0644 -> 0755'],
  ['other content', [file('a')], [file('a', { sha256: 'bb' })], 'changed  a: SHA-256 aa -> bb'],
  [
    'content of another size',
    [file('a')],
    [file('a', { size: 4, sha256: 'bb' })],
    'changed  a: 3 -> 4 bytes, SHA-256 aa -> bb',
  ],
  ['another target', [link('a', 'b')], [link('a', 'c')], 'changed  a: target b -> c'],
  ['another type', [link('a', 'b')], [file('a')], 'changed  a: symlink to b -> file of 3 bytes, mode 0644'],
])('describes %s in one line', (_, expected, actual, line) => {
  expect(formatDifferences(compareEntries(expected, actual))).toBe(`  ${line}`);
});

test('sorts differences by path', () => {
  const paths = compareEntries([file('c'), file('a')], [file('b')]).map(({ path }) => path);
  expect(paths).toEqual(['a', 'b', 'c']);
});
