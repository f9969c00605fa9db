/** A piece of HTML, as opposed to text that has yet to be escaped. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[];

/**
 * HTML from a template. Whatever is put in is escaped, for text as for a quoted attribute, unless it is HTML already:
 * there is no way to forget it.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.map((text, index) => (index === 0 ? text : toMarkup(values[index - 1]) + text));
  return new Html(parts.join(''));
}

/** Nothing, where a part of a page is left out. */
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
