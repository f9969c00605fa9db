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

describe('what a zip or Linux cannot hold is refused', () => {
  test.each<[string, readonly TreeEntry[], string]>([
    ['65,536 entries', links(65_536), 'a zip holds at most 65535'],
    ['a file of 4 GiB', [{ ...file, size: 2 ** 32 }], '/a has 4294967296 bytes; a zip without ZIP64'],
    ['a path too long to be unpacked', [{ ...link, path: `${'a/'.repeat(2_044)}abc` }], 'has 4097 bytes'],
    ['a backslash in a name', [{ ...link, path: 'a\\b' }], 'The name "a\\\\b" has a backslash'],
    ['a line break in a name', [{ ...link, path: 'a\nb' }], 'The name "a\\nb" has a backslash or a control'],
  ])('%s', (_, entries, message) => {
    expect(() => checkEntries(entries)).toThrow(message);
  });

  test.each<[string, readonly TreeEntry[]]>([
    ['as many entries as can be counted', links(65_535)],
    ['the largest file', [{ ...file, size: 2 ** 32 - 1 }]],
    ['the longest path', [{ ...link, path: `${'a/'.repeat(2_044)}ab` }]],
    ['blanks and letters of every script', [{ ...link, path: 'déjà vu/日本語 $1' }]],
  ])('but not %s', (_, entries) => {
    expect(() => checkEntries(entries)).not.toThrow();
  });
});
