import { code, escapeMarkdown, renderMarkdownTable } from '#lib/report/markdown.ts';
import { type Finding, statusOf } from './findings.ts';

/** GitHub takes 1 MiB of Markdown from a step. */
const mostRows = 200;

/** The findings as Markdown for the job summary: the open ones in sight, the waived ones folded; none, nothing. */
export function summarizeFindings(findings: readonly Finding[]): readonly string[] {
  const open = findings.filter(({ waived }) => waived === undefined);
  const waived = findings.filter((finding) => finding.waived !== undefined);
  const parts: string[] = [];
  if (open.length > 0) {
    const rows = open.map((finding) => [...toCells(finding), escapeMarkdown(finding.remedy)]);
    parts.push(table(['', 'Rule', 'File', 'Subject', 'What is wrong', 'What to do'], rows));
  }
  if (waived.length > 0) {
    const rows = waived.map((finding) => [...toCells(finding), escapeMarkdown(finding.waived ?? '')]);
    const head = ['', 'Rule', 'File', 'Subject', 'What is wrong', 'Why it is accepted'];
    parts.push(`<details><summary>Waived: ${waived.length}</summary>\n\n${table(head, rows)}\n</details>`);
  }
  return parts;
}

function toCells(finding: Finding): readonly string[] {
  const { rule, file, subject, message } = finding;
  return [
    statusOf(finding),
    code(rule),
    code(file),
    subject === '' ? '' : code(subject),
    escapeMarkdown(message),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const text = renderMarkdownTable(head, rows.slice(0, mostRows));
  return rows.length <= mostRows
    ? text
    : `${text}\n\nAnd ${rows.length - mostRows} more, in the audit's file.`;
}
