import { codeBlock, escapeMarkdown, renderMarkdownTable } from '#lib/report/markdown.ts';
import { describeReason } from '../describe-reason.ts';
import { hasPassed, type Report, type Result } from '../report.ts';

/** Renders the job summary: failed cases with their reasons, then a table of all cases. */
export function toMarkdown({ target, passed, failed, skipped, layers, results }: Report): string {
  const rows = [
    ...results.map((result) => [
      escapeMarkdown(result.name),
      hasPassed(result) ? 'passed' : '**failed**',
      String(result.milliseconds),
    ]),
    ...skipped.map(({ name, reason }) => [escapeMarkdown(name), `skipped: ${escapeMarkdown(reason)}`, '']),
  ];
  return [
    `### Layer tests on ${target}: ${passed} passed, ${failed} failed\n`,
    ...layers.map(({ layer, sha256 }) => `- \`${layer}\` (SHA-256 \`${sha256}\`)`),
    '',
    ...results.filter((result) => !hasPassed(result)).map(describeFailure),
    renderMarkdownTable(['Case', 'Result', 'Time in ms'], rows, { right: [2] }),
    '',
  ].join('\n');
}

function describeFailure({ name, reasons, reproduce }: Result): string {
  const text = [...reasons.map(describeReason), '', `Run again: ${reproduce}`].join('\n');
  return `**${escapeMarkdown(name)}**\n\n${codeBlock(text)}\n`;
}
