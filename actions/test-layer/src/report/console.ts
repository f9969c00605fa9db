import type { Logger } from '#lib/node/logger.ts';
import { describeReason, truncate } from '../describe-reason.ts';
import { hasPassed, type Result } from '../report.ts';
import type { Paint } from './color.ts';

/** Number of log lines shown for a failed case. A report file has the whole log. */
const shownLines = 80;
/** Number of characters shown of each of these lines. */
const shownCharacters = 1000;

export interface Progress {
  readonly done: number;
  readonly all: number;
}

/**
 * Logs the result of one case as soon as it is known. For a failed case, it logs the reasons as an annotation, then the
 * log of the script or function, and the command that runs the case again.
 */
export function logResult(result: Result, { done, all }: Progress, log: Logger, paint: Paint): void {
  const { name, source, milliseconds, reasons } = result;
  const count = `[${String(done).padStart(String(all).length)}/${all}]`;
  if (hasPassed(result)) {
    log.info(`${count} ${paint('green', 'ok')}    ${name} (${milliseconds} ms)`);
    return;
  }
  const title = `${count} ${paint('red', 'FAIL')}  ${name} (${milliseconds} ms)`;
  const text = [title, ...reasons.map(describeReason)].join('\n');
  log.error(text.replaceAll('\n', '\n      '), { title: 'Layer test failed', file: source });
  for (const line of lastLines(result.log)) log.info(`    | ${truncate(line, shownCharacters)}`);
  log.info(`    Run again: ${result.reproduce}`);
}

function lastLines(log: string): readonly string[] {
  if (log.trim() === '') return [];
  const lines = log.trimEnd().split('\n');
  const omitted = lines.length - shownLines;
  return [...(omitted > 0 ? [`(${omitted} lines omitted)`] : []), ...lines.slice(-shownLines)];
}
