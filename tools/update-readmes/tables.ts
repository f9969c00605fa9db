import { renderMarkdownTable } from '#lib/report/markdown.ts';

/** Part of an action.yml that its README repeats. */
interface Definition {
  readonly inputs?: Readonly<Record<string, Input>>;
  readonly outputs?: Readonly<Record<string, { readonly description: string }>>;
}

interface Input {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

/** Renders Markdown tables of an action's inputs and outputs. */
export function describeAction({ inputs = {}, outputs = {} }: Definition): Readonly<Record<string, string>> {
  const rows = Object.entries(inputs).map(([name, input]) => [
    code(name),
    describeDefault(input),
    toCell(input.description),
  ]);
  const results = Object.entries(outputs).map(([name, { description }]) => [code(name), toCell(description)]);
  return {
    ...(rows.length > 0 && { inputs: renderMarkdownTable(['Input', 'Default', 'Meaning'], rows) }),
    ...(results.length > 0 && { outputs: renderMarkdownTable(['Output', 'Meaning'], results) }),
  };
}

/** Replaces the content between a section's markers. Returns undefined if the text has no such section. */
export function replaceSection(text: string, name: string, content: string): string | undefined {
  const [start, end] = [`<!-- ${name} (npm run readmes) -->\n`, `<!-- /${name} -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) return undefined;
  return `${text.slice(0, from)}${start}\n${content}\n\n${text.slice(to)}`;
}

function describeDefault({ required, default: fallback }: Input): string {
  if (required) return 'required';
  return fallback === undefined || fallback === '' ? '' : code(String(fallback));
}

function code(text: string): string {
  return `\`${text}\``;
}

function toCell(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}
