/** A piece of HTML, as opposed to text that is not escaped yet. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[];

/**
 * Renders an HTML template. Every inserted value is escaped for text and quoted attributes, unless it is `Html`, so
 * that escaping cannot be forgotten.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.map((text, index) => (index === 0 ? text : toMarkup(values[index - 1]) + text));
  return new Html(parts.join(''));
}

/** Empty HTML, for an omitted part of a page. */
export const nothing = new Html('');

function toMarkup(value: Value | undefined): string {
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(({ markup }) => markup).join('');
  return escapeText(String(value ?? ''));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
