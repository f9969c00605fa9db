import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path/posix';
import { InputError } from '#lib/node/errors.ts';
import type { Finding } from './findings.ts';
import { ruleNames } from './rule-list.ts';

/** Permission to break a rule, with a reason. */
export interface Waiver {
  /** Name of the rule. */
  readonly rule: string;
  /** Path of one file, or all files of a folder (`lib/gconv/*`). Undefined for the whole layer. */
  readonly file: string | undefined;
  readonly reason: string;
}

/**
 * Parses waivers, one per line: `<rule>: <reason>` or `<rule> <file>: <reason>`.
 *
 * @param source origin of the text, for messages
 * @throws InputError if a line has another form or names an unknown rule
 */
export function parseWaivers(text: string, source = 'Input "waive"'): readonly Waiver[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^([a-z-]+)(?:\s+(\S.*?))?\s*:\s+(\S.*)$/.exec(line);
      const [, rule = '', file, reason] = match ?? [];
      if (reason === undefined) {
        throw new InputError(
          `${source} must have lines of the form "<rule>: <reason>" or "<rule> <file>: <reason>"; got ${JSON.stringify(line)}.`,
        );
      }
      if (!ruleNames.includes(rule)) {
        throw new InputError(
          `${source} must have lines that start with one of the rules ${ruleNames.join(', ')}; got ${JSON.stringify(line)}.`,
        );
      }
      return { rule, file, reason };
    });
}

/**
 * Reads the waivers of a layer tree's builder from `<tree>.waivers.txt`. The file is optional.
 *
 * @throws InputError if a line is not a waiver
 */
export async function readTreeWaivers(tree: string): Promise<readonly Waiver[]> {
  const path = `${tree}.waivers.txt`;
  try {
    return parseWaivers(await readFile(path, 'utf8'), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Marks waived findings, which stay in the report. Also returns the waivers that match no finding. */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
): { findings: readonly Finding[]; unused: readonly Waiver[] } {
  const used = new Set<Waiver>();
  const marked = findings.map((finding) => {
    const waiver = waivers.find(({ rule, file }) => rule === finding.rule && matches(file, finding.file));
    if (waiver === undefined) return finding;
    used.add(waiver);
    return { ...finding, waived: waiver.reason };
  });
  return { findings: marked, unused: waivers.filter((waiver) => !used.has(waiver)) };
}

function matches(pattern: string | undefined, file: string): boolean {
  if (pattern?.endsWith('/*')) return dirname(file) === pattern.slice(0, -'/*'.length);
  return pattern === undefined || pattern === file;
}
