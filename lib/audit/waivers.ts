import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path/posix';
import { InputError } from '#lib/node/errors.ts';
import type { Finding } from './findings.ts';
import { type Rule, ruleNames } from './rules.ts';

/** A rule that the layer is allowed to break: everywhere, in one file, or in those of a folder (`lib/gconv/*`). */
export interface Waiver {
  readonly rule: Rule;
  readonly file: string | undefined;
  readonly reason: string;
}

/**
 * Reads one waiver a line: `<rule>: <reason>` or `<rule> <file>: <reason>`. Throws an InputError for an unknown rule
 * and for a waiver without a reason.
 */
export function parseWaivers(text: string): readonly Waiver[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^([a-z-]+)(?:\s+(\S.*?))?\s*:\s+(\S.*)$/.exec(line);
      const rule = ruleNames.find((candidate) => candidate === match?.[1]);
      const reason = match?.[3];
      if (rule === undefined || reason === undefined) {
        throw new InputError(
          'waive',
          `must have lines "<rule>: <reason>" or "<rule> <file>: <reason>", rule being one of ${ruleNames.join(', ')}`,
          line,
        );
      }
      return { rule, file: match?.[2], reason };
    });
}

/** The waivers that the builder gives along with a tree, in `<tree>.waivers.txt`; none where there is no such file. */
export async function readTreeWaivers(tree: string): Promise<readonly Waiver[]> {
  try {
    return parseWaivers(await readFile(`${tree}.waivers.txt`, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Marks the findings that are waived; they stay in the report and fail nothing. */
export function applyWaivers(
  findings: readonly Finding[],
  waivers: readonly Waiver[],
): { findings: readonly Finding[]; unused: readonly Waiver[] } {
  const used = new Set<Waiver>();
  const marked = findings.map((finding) => {
    const waiver = waivers.find(({ rule, file }) => rule === finding.rule && covers(file, finding.file));
    if (waiver === undefined) return finding;
    used.add(waiver);
    return { ...finding, waived: waiver.reason };
  });
  return { findings: marked, unused: waivers.filter((waiver) => !used.has(waiver)) };
}

function covers(waived: string | undefined, file: string): boolean {
  if (waived?.endsWith('/*')) return dirname(file) === waived.slice(0, -'/*'.length);
  return waived === undefined || waived === file;
}
