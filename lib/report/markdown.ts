import { markdownTable } from 'markdown-table';

export interface MarkdownTableOptions {
  /** Indexes of the right-aligned columns, which hold numbers. */
  readonly right?: readonly number[];
}

/**
 * Renders an aligned Markdown table. Cells are Markdown: pass text from outside through `escapeMarkdown` or `code`.
 * Line breaks become spaces, and a bare `|` is escaped, because either would end the cell.
 */
export function renderMarkdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [] }: MarkdownTableOptions = {},
): string {
  const align = head.map((_, column) => (right.includes(column) ? 'r' : null));
  return markdownTable(
    [head, ...rows].map((row) => row.map(toCell)),
    { align },
  );
}

function toCell(markdown: string): string {
  return markdown.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(/(?<!\\)\|/g, '\\|');
}

/** Renders text as inline code. No character in the text can end it. */
export function code(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}

/** Replaces every character that has a meaning in Markdown or HTML with a character reference. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[&<>|\\`*_[\]~]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Renders text as a code block. Its fence is longer than any run of backticks in the text. */
export function codeBlock(text: string, language = 'text'): string {
  const longestRun = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longestRun + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
