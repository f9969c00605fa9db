export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Names come from files that anybody wrote: nothing in them may end a cell, open a tag, or be Markdown. */
export function code(text: string): string {
  return `<code>${escapeCell(text)}</code>`;
}

/** Text of one cell. Line breaks become blanks; what Markdown or HTML would read becomes what it looks like. */
export function escapeCell(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[&<>|\\`*_[\]~]/g, (character) => `&#${character.charCodeAt(0)};`);
}
