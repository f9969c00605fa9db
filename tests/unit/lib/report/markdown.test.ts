import { expect, test } from 'vitest';
import { code, codeBlock, escapeMarkdown, renderMarkdownTable } from '#lib/report/markdown.ts';

test.each([
  ['lib/libcurl.so.4', 'lib/libcurl.so.4'],
  ['a|b', 'a&#124;b'],
  ['<img src=x>', '&#60;img src=x&#62;'],
  ['![x](http://x)', '!&#91;x&#93;(http://x)'],
  ['*a* _b_ `c` ~d~ \\e', '&#42;a&#42; &#95;b&#95; &#96;c&#96; &#126;d&#126; &#92;e'],
  ['&lt;', '&#38;lt;'],
  ['two\r\nlines', 'two lines'],
])('%j is shown literally and fits in one table cell', (text, escaped) => {
  expect(escapeMarkdown(text)).toBe(escaped);
  expect(code(text)).toBe(`<code>${escaped}</code>`);
});

test('a table has aligned columns, and numbers are right-aligned', () => {
  expect(renderMarkdownTable(['Layer', 'Bytes'], [['php-82', '7']], { right: [1] })).toBe(
    '| Layer  | Bytes |\n| ------ | ----: |\n| php-82 |     7 |',
  );
});

test('a line break or a bare | cannot end a cell', () => {
  expect(renderMarkdownTable(['A'], [['one\n  two|three \\| four']]).split('\n')).toEqual([
    '| A                      |',
    '| ---------------------- |',
    '| one two\\|three \\| four |',
  ]);
});

test('backticks in the text cannot end a code block', () => {
  expect(codeBlock('a\n````\nb')).toBe('`````text\na\n````\nb\n`````');
  expect(codeBlock('a', 'json')).toBe('```json\na\n```');
});
