import { writeFile } from 'node:fs/promises';
import { writeAtomically } from '../../shared/atomic-write.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Result } from './execute.ts';

/** What a whole run found. */
export interface Report {
  /** Such as `debian-12 (x86)`. */
  readonly root: string;
  readonly layers: readonly { readonly zip: string; readonly size: number; readonly sha256: string }[];
  readonly passed: number;
  readonly failed: number;
  /** In the order of the cases. */
  readonly results: readonly Result[];
}

/** Lines of a container's log that are shown of a failure; a report file has them all. */
const shownLines = 80;

/** Says how one case went as soon as it is known; a failure with its reasons, as an annotation, and its log. */
export function logResult(
  { name, source, passed, milliseconds, reasons, log: said }: Result,
  log: Logger,
): void {
  if (passed) {
    log.info(`ok    ${name} (${milliseconds} ms)`);
    return;
  }
  const text = `FAIL  ${name} (${milliseconds} ms)\n${reasons.join('\n')}`.replaceAll('\n', '\n      ');
  log.error(text, { title: 'Layer test failed', file: source });
  if (said.trim() === '') return;
  const lines = said.trimEnd().split('\n');
  const omitted = lines.length - shownLines;
  if (omitted > 0) log.info(`    | (${omitted} lines left out)`);
  for (const line of lines.slice(-shownLines)) log.info(`    | ${line}`);
}

/** Markdown for the job summary: every case in a table, failures with their reasons below. */
export function toMarkdown({ root, passed, failed, layers, results }: Report): string {
  const rows = results.map(
    ({ name, passed: isPassed, milliseconds }) =>
      `| ${name} | ${isPassed ? 'passed' : '**failed**'} | ${milliseconds} |`,
  );
  const failures = results
    .filter((result) => !result.passed)
    .map(({ name, reasons }) => `**${name}**\n\n${fence(reasons.join('\n'))}\n`);
  return [
    `### Layer tests on ${root}: ${passed} passed, ${failed} failed\n`,
    ...layers.map(({ zip, sha256 }) => `- \`${zip}\` (SHA-256 \`${sha256}\`)`),
    '',
    ...failures,
    '| Case | Result | ms |',
    '| --- | --- | ---: |',
    ...rows,
    '',
  ].join('\n');
}

/** A code block that the text cannot close. */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}text\n${text}\n${ticks}`;
}

/** Writes the report as JSON or, for a path that ends in .xml, as JUnit XML. */
export async function writeReport(path: string, report: Report): Promise<void> {
  const content = path.endsWith('.xml') ? toJUnit(report) : `${JSON.stringify(report, null, 2)}\n`;
  await writeAtomically(path, (temporary) => writeFile(temporary, content));
}

/** JUnit XML as test viewers read it: https://github.com/testmoapp/junitxml. Times are in seconds. */
export function toJUnit({ root, passed, failed, results }: Report): string {
  const total = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const suite = `name="${escapeXml(root)}" tests="${passed + failed}" failures="${failed}" time="${total / 1000}"`;
  const cases = results.map(({ name, milliseconds, passed: isPassed, reasons, log }) => {
    const [set = ''] = name.split('/');
    const start = `  <testcase classname="${escapeXml(set)}" name="${escapeXml(name)}" time="${milliseconds / 1000}"`;
    if (isPassed) return `${start}/>`;
    const failure = `<failure message="${escapeXml(reasons[0] ?? '')}">${escapeXml(reasons.join('\n'))}</failure>`;
    return `${start}>\n    ${failure}\n    <system-out>${escapeXml(log)}</system-out>\n  </testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite ${suite}>\n${cases.join('\n')}\n</testsuite>\n`;
}

function escapeXml(text: string): string {
  return (
    text
      // XML 1.0 has no way to write control characters.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/\n/g, '&#10;')
  );
}
