import { codeBlock, escapeMarkdown, renderMarkdownTable } from '#lib/report/markdown.ts';
import { describeReason } from './difference.ts';
import { hasPassed, type Report, type Result } from './report.ts';

/** Markdown for the job summary: failures with their reasons, then every case in a table. */
export function toMarkdown({ target, passed, failed, skipped, layers, results }: Report): string {
  const rows = [
    ...results.map((result) => [
      escapeMarkdown(result.name),
      hasPassed(result) ? 'passed' : '**failed**',
      String(result.milliseconds),
    ]),
    ...skipped.map(({ name, reason }) => [escapeMarkdown(name), escapeMarkdown(reason), '']),
  ];
  return [
    `### Layer tests on ${target}: ${passed} passed, ${failed} failed\n`,
    ...layers.map(({ layer, sha256 }) => `- \`${layer}\` (SHA-256 \`${sha256}\`)`),
    '',
    ...results.filter((result) => !hasPassed(result)).map(describeFailure),
    renderMarkdownTable(['Case', 'Result', 'ms'], rows, { right: [2] }),
    '',
  ].join('\n');
}

function describeFailure({ name, reasons, reproduce }: Result): string {
  const text = [...reasons.map(describeReason), '', `again: ${reproduce}`].join('\n');
  return `**${name}**\n\n${codeBlock(text)}\n`;
}
