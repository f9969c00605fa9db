import { describe, expect, test } from 'vitest';
import type { TreeEntry } from '#lib/layer/tree.ts';
import { checkEntries } from '#lib/zip/check-entries.ts';

const file: TreeEntry = {
  type: 'file',
  path: 'a',
  source: '/a',
  size: 1,
  modified: 0n,
  permissions: 0,
  isExecutable: false,
};
const link: TreeEntry = { type: 'symlink', path: 'a', target: 'b' };
const links = (count: number): readonly TreeEntry[] => Array.from({ length: count }, () => link);

describe('checkEntries', () => {
  test.each<[string, readonly TreeEntry[], string]>([
    ['65,536 entries', links(65_536), 'The layer tree has 65536 files; a zip holds at most 65535'],
    ['a file of 4 GiB', [{ ...file, size: 2 ** 32 }], '/a has 4294967296 bytes; a zip without ZIP64'],
    ['a path that is too long for Linux', [{ ...link, path: `${'a/'.repeat(2_044)}abc` }], 'has 4097 bytes'],
    ['a backslash in a name', [{ ...link, path: 'a\\b' }], 'The path "a\\\\b" contains a backslash'],
    [
      'a line break in a name',
      [{ ...link, path: 'a\nb' }],
      'The path "a\\nb" contains a backslash or a control',
    ],
  ])('rejects %s', (_, entries, message) => {
    expect(() => checkEntries(entries)).toThrow(message);
  });

  test.each<[string, readonly TreeEntry[]]>([
    ['65,535 entries', links(65_535)],
    ['the largest file', [{ ...file, size: 2 ** 32 - 1 }]],
    ['the longest path', [{ ...link, path: `${'a/'.repeat(2_044)}ab` }]],
    ['spaces and letters of any script', [{ ...link, path: 'déjà vu/日本語 $1' }]],
  ])('accepts %s', (_, entries) => {
    expect(() => checkEntries(entries)).not.toThrow();
  });
});
