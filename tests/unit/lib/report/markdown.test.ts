import { expect, test } from 'vitest';
import { code, escapeMarkdown } from '#lib/report/markdown.ts';

test.each([
  ['lib/libcurl.so.4', 'lib/libcurl.so.4'],
  ['a|b', 'a&#124;b'],
  ['<img src=x>', '&#60;img src=x&#62;'],
  ['![x](http://x)', '!&#91;x&#93;(http://x)'],
  ['*a* _b_ `c` ~d~ \\e', '&#42;a&#42; &#95;b&#95; &#96;c&#96; &#126;d&#126; &#92;e'],
  ['&lt;', '&#38;lt;'],
  ['two\r\nlines', 'two lines'],
])('%j is shown as it is, in one cell', (text, escaped) => {
  expect(escapeMarkdown(text)).toBe(escaped);
  expect(code(text)).toBe(`<code>${escaped}</code>`);
});
