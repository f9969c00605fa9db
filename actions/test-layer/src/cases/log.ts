import { toPattern } from './compare.ts';

/** A text that occurs in a log, or a pattern that finds something in it. */
export type LogText = string | { readonly $matches: string };

/** What a log lacks, a sentence each. */
export function findMissing(wanted: readonly LogText[], log: string): readonly string[] {
  return wanted.filter((text) => !occurs(text, log)).map((text) => `log: ${show(text)} is not in it`);
}

/** What a log has that it must not have, a sentence each. */
export function findUnwanted(unwanted: readonly LogText[], log: string): readonly string[] {
  return unwanted.filter((text) => occurs(text, log)).map((text) => `log: ${show(text)} must not be in it`);
}

function occurs(text: LogText, log: string): boolean {
  return typeof text === 'string' ? log.includes(text) : toPattern(text.$matches).test(log);
}

function show(text: LogText): string {
  return typeof text === 'string' ? JSON.stringify(text) : `/${text.$matches}/`;
}
