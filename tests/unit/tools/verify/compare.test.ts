import { expect, test } from 'vitest';
import { compareEntries, formatDifferences } from '../../../../tools/verify/compare.ts';
import type { ZipEntry } from '../../../../tools/verify/zip-entries.ts';

const file = (path: string, change: { mode?: string; size?: number; sha256?: string } = {}): ZipEntry => ({
  type: 'file',
  path,
  mode: '0644',
  size: 3,
  sha256: 'aa',
  ...change,
});
const link = (path: string, target: string): ZipEntry => ({ type: 'symlink', path, target });

test('layers of the same entries have no differences, in whatever order they are listed', () => {
  const entries = [file('a'), link('b', 'a')];
  expect(compareEntries(entries, entries.toReversed())).toEqual([]);
});

test.each<[string, readonly ZipEntry[], readonly ZipEntry[], string]>([
  ['a file that is new', [], [file('a')], 'added    a: file of 3 bytes, mode 0644'],
  ['a link that is gone', [link('a', 'b')], [], 'removed  a: symlink to b'],
  ['a mode', [file('a')], [file('a', { mode: '0755' })], 'changed  a: mode 0644 -> 0755'],
  ['content', [file('a')], [file('a', { sha256: 'bb' })], 'changed  a: SHA-256 aa -> bb'],
  [
    'content of another size',
    [file('a')],
    [file('a', { size: 4, sha256: 'bb' })],
    'changed  a: 3 -> 4 bytes, SHA-256 aa -> bb',
  ],
  ['a target', [link('a', 'b')], [link('a', 'c')], 'changed  a: target b -> c'],
  ['a kind', [link('a', 'b')], [file('a')], 'changed  a: symlink to b -> file of 3 bytes, mode 0644'],
])('%s that differs is one line that says how', (_, expected, found, line) => {
  expect(formatDifferences(compareEntries(expected, found))).toBe(`  ${line}`);
});

test('differences are sorted by path', () => {
  const paths = compareEntries([file('c'), file('a')], [file('b')]).map(({ path }) => path);
  expect(paths).toEqual(['a', 'b', 'c']);
});
