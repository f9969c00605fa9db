import { describeReason } from './difference.ts';
import { hasPassed, type Report, type Result } from './report.ts';

/** Markdown for the job summary: failures with their reasons, then every case in a table. */
export function toMarkdown({ target, passed, failed, skipped, layers, results }: Report): string {
  const rows = results.map(
    (result) =>
      `| ${result.name} | ${hasPassed(result) ? 'passed' : '**failed**'} | ${result.milliseconds} |`,
  );
  return [
    `### Layer tests on ${target}: ${passed} passed, ${failed} failed\n`,
    ...layers.map(({ layer, sha256 }) => `- \`${layer}\` (SHA-256 \`${sha256}\`)`),
    '',
    ...results.filter((result) => !hasPassed(result)).map(describeFailure),
    '| Case | Result | ms |',
    '| --- | --- | ---: |',
    ...rows,
    ...skipped.map(({ name, reason }) => `| ${name} | ${reason} | |`),
    '',
  ].join('\n');
}

function describeFailure({ name, reasons, reproduce }: Result): string {
  const text = [...reasons.map(describeReason), '', `again: ${reproduce}`].join('\n');
  return `**${name}**\n\n${fence(text)}\n`;
}

/** A code block that the text cannot close. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}text\n${text}\n${ticks}`;
}
