import { describe, expect, test } from 'vitest';
import { formatTable, printable } from '#lib/report/text-table.ts';

const long = 'lib/x86_64-linux-gnu/some/where/deep/down/libsomething.so.1.2.3';

describe('formatTable', () => {
  test('aligns columns and adds no trailing blanks', () => {
    const text = formatTable([
      ['', 'rule', 'file'],
      ['error', 'symlink', 'a'],
      ['warning', 'x', ''],
    ]);
    expect(text.split('\n')).toEqual(['           rule     file', '  error    symlink  a', '  warning  x']);
  });

  test('right-aligns the given columns', () => {
    const rows = [
      ['10', 'a'],
      ['9', 'b'],
    ];
    expect(formatTable(rows, { right: [0] })).toBe('  10  a\n   9  b');
  });

  test.each([64, 80, 120])(
    'keeps every row within %i characters by removing the middle of cells that may be shortened',
    (columns) => {
      const rows = [
        ['', 'rule', 'file', 'subject'],
        ['warning', 'unknown-symbol-version', long, `libcurl.so.4 ${'CURL_OPENSSL_4'.repeat(4)}`],
      ];
      const lines = formatTable(rows, { columns, whole: 2 }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(lines[1]).toContain('unknown-symbol-version');
      expect(lines[1]).toMatch(/ lib\/.*….*\.1\.2\.3 {2}/);
    },
  );

  test('shortens nothing that fits', () => {
    expect(formatTable([[long]], { columns: 80, whole: 0 })).toBe(`  ${long}`);
  });

  test('lets a row wrap if its cells would become unreadable', () => {
    expect(formatTable([[long, long]], { columns: 10, whole: 0 })).toBe(`  lib/x….1.2.3  lib/x….1.2.3`);
  });
});

test.each([
  ['plain text', 'lib/déjà vu.so'],
  ['::error::x\r\ny', '::error::x\\u{d}\\u{a}y'],
  ['\u001b[2Jgone', '\\u{1b}[2Jgone'],
  ['abc\u202egpj.exe', 'abc\\u{202e}gpj.exe'],
])('escapes the characters of %j that a log or terminal would interpret', (text, shown) => {
  expect(printable(text === 'plain text' ? shown : text)).toBe(shown);
});
