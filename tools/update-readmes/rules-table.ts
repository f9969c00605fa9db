import type { RuleDescription } from '#lib/audit/rules.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';

/** Markdown table of the audit's rules. */
export function describeRules(rules: Readonly<Record<string, RuleDescription>>): string {
  const rows = Object.entries(rules).map(([name, { severity, finds, remedy }]) => [
    `\`${name}\``,
    severity,
    finds,
    toMarkdown(remedy),
  ]);
  return renderMarkdownTable(['Rule', 'Severity', 'What it finds', 'What to do'], rows);
}

/** Commands as code: those that are the whole remedy, and those in brackets. */
function toMarkdown(remedy: string): string {
  if (/^(?:chmod|strip|patchelf) /.test(remedy)) return `\`${remedy}\``;
  return remedy.replace(/\((patchelf .*?)\)/, '(`$1`)');
}
