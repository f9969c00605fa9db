import { type Rule, rules, type Severity } from './rules.ts';

/** One thing in the layer that breaks on Lambda (error) or may (warning). */
export interface Finding {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Path in the layer. */
  readonly file: string;
  /** The library, symbol version or path that it is about; empty where it is the file itself. */
  readonly subject: string;
  /** What is wrong, in full sentences. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** The symbols that it is about, where single ones can be named. */
  readonly symbols?: readonly string[];
  /** The reason for which whoever packages the layer accepts it. */
  readonly waived?: string;
}

type Parts = Pick<Finding, 'file' | 'message'> &
  Partial<Pick<Finding, 'subject' | 'severity' | 'remedy' | 'symbols'>>;

/** A finding with what its rule says wherever nothing else is given. */
export function findingOf(rule: Rule, parts: Parts): Finding {
  const { severity, remedy } = rules[rule];
  const { file } = parts;
  return {
    rule,
    severity,
    subject: '',
    ...parts,
    remedy: (parts.remedy ?? remedy).replaceAll('<file>', file),
  };
}

/** Those that fail the packaging. */
export function failures(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity, waived }) => severity === 'error' && waived === undefined);
}

/** `2 errors, 1 warning, 3 waived`. */
export function countFindings(findings: readonly Finding[]): string {
  const waived = findings.filter((finding) => finding.waived !== undefined).length;
  const errors = failures(findings).length;
  return `${plural(errors, 'error')}, ${plural(findings.length - waived - errors, 'warning')}, ${waived} waived`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function statusOf({ severity, waived }: Finding): Severity | 'waived' {
  return waived === undefined ? severity : 'waived';
}

/** Sorted by severity, rule and file, each only once however many ways led to it. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const byKey = new Map(findings.map((finding) => [keyOf(finding), finding]));
  return [...byKey.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, finding]) => finding);
}

function keyOf({ severity, file, rule, subject, message }: Finding): string {
  return JSON.stringify([severity, rule, file, subject, message]);
}
