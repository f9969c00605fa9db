import { toPattern } from './compare.ts';

/** A text that occurs in a log, or a pattern that matches a part of it. */
export type LogText = string | { readonly $matches: string };

/** Returns a sentence for each expected text that the log does not contain. */
export function findMissing(expected: readonly LogText[], log: string): readonly string[] {
  return expected.filter((text) => !occurs(text, log)).map((text) => `log: ${show(text)} is missing`);
}

/** Returns a sentence for each forbidden text that the log contains. */
export function findForbidden(forbidden: readonly LogText[], log: string): readonly string[] {
  return forbidden.filter((text) => occurs(text, log)).map((text) => `log: ${show(text)} must not occur`);
}

function occurs(text: LogText, log: string): boolean {
  return typeof text === 'string' ? log.includes(text) : toPattern(text.$matches).test(log);
}

function show(text: LogText): string {
  return typeof text === 'string' ? JSON.stringify(text) : `/${text.$matches}/`;
}
