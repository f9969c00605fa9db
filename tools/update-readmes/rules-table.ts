import type { Rule } from '#lib/audit/rule.ts';
import { renderMarkdownTable } from '#lib/report/markdown.ts';

/** Renders the audit rules as a Markdown table. */
export function describeRules(rules: readonly Omit<Rule, 'check'>[]): string {
  const rows = rules.map(({ name, severity, finds, remedy }) => [
    `\`${name}\``,
    severity,
    finds,
    toMarkdown(remedy),
  ]);
  return renderMarkdownTable(['Rule', 'Severity', 'Finds', 'Fix'], rows);
}

/** Formats commands as code: a remedy that is a command, or a command in parentheses. */
function toMarkdown(remedy: string): string {
  if (/^(?:chmod|strip|patchelf) /.test(remedy)) return `\`${remedy}\``;
  return remedy.replace(/\((patchelf .*?)\)/, '(`$1`)');
}
