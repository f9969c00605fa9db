import type { Logger } from '#lib/node/logger.ts';
import { cut, describeReason } from './difference.ts';
import { hasPassed, type Result } from './report.ts';

/** Lines of a case's log that are shown of a failure; a report file has them all. */
const shownLines = 80;
/** Characters of one of them. */
const shownCharacters = 1000;

export interface Progress {
  readonly done: number;
  readonly all: number;
}

/**
 * Says how one case went as soon as it is known; of a failure also why, as an annotation, then the log of its script
 * or function, and the command that runs it again.
 */
export function logResult(result: Result, { done, all }: Progress, log: Logger): void {
  const { name, source, milliseconds, reasons } = result;
  const count = `[${String(done).padStart(String(all).length)}/${all}]`;
  if (hasPassed(result)) {
    log.info(`${count} ok    ${name} (${milliseconds} ms)`);
    return;
  }
  const text = [`${count} FAIL  ${name} (${milliseconds} ms)`, ...reasons.map(describeReason)].join('\n');
  log.error(text.replaceAll('\n', '\n      '), { title: 'Layer test failed', file: source });
  for (const line of endOf(result.log)) log.info(`    | ${cut(line, shownCharacters)}`);
  log.info(`    again: ${result.reproduce}`);
}

function endOf(log: string): readonly string[] {
  if (log.trim() === '') return [];
  const lines = log.trimEnd().split('\n');
  const omitted = lines.length - shownLines;
  return [...(omitted > 0 ? [`(${omitted} lines left out)`] : []), ...lines.slice(-shownLines)];
}
