import { type Html, html } from './html.ts';

/**
 * Renders the Markdown that the cells of the documents' tables use: `code`, and links. A relative link becomes text,
 * because it would not work outside the repository.
 */
export function renderInline(markdown: string): Html {
  const parts = markdown.split(/(`[^`]+`|\[[^\]]+\]\([^)]+\))/);
  return html`${parts.map(renderPart)}`;
}

function renderPart(part: string): Html {
  const [, code] = /^`([^`]+)`$/.exec(part) ?? [];
  if (code !== undefined) return html`<code>${code}</code>`;
  const [, text, url] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part) ?? [];
  if (text === undefined || url === undefined) return html`${part}`;
  return url.startsWith('https://') ? html`<a href="${url}">${text}</a>` : html`${text}`;
}
