import { code, escapeMarkdown, renderMarkdownTable } from '#lib/report/markdown.ts';
import { type Finding, statusOf } from './findings.ts';

/** Keeps the summary below GitHub's limit of 1 MiB per step. */
const maxRows = 200;

/** Renders findings as Markdown for the job summary, with the waived ones folded. Empty if there are no findings. */
export function summarizeFindings(findings: readonly Finding[]): readonly string[] {
  const open = findings.filter(({ waived }) => waived === undefined);
  const waived = findings.filter((finding) => finding.waived !== undefined);
  const parts: string[] = [];
  if (open.length > 0) {
    const rows = open.map((finding) => [...toCells(finding), escapeMarkdown(finding.remedy)]);
    parts.push(table(['', 'Rule', 'File', 'Subject', 'Problem', 'Fix'], rows));
  }
  if (waived.length > 0) {
    const rows = waived.map((finding) => [...toCells(finding), escapeMarkdown(finding.waived ?? '')]);
    const head = ['', 'Rule', 'File', 'Subject', 'Problem', 'Reason of the waiver'];
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
  const text = renderMarkdownTable(head, rows.slice(0, maxRows));
  return rows.length <= maxRows ? text : `${text}\n\nAnd ${rows.length - maxRows} more in the audit file.`;
}
