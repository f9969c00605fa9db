import { formatCount } from '#lib/report/count.ts';
import type { Rule, RuleFinding, Severity } from './rule.ts';

/** A violation of an audit rule, as reports show it. */
export interface Finding {
  /** Name of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  /** Path in the layer. */
  readonly file: string;
  /** Library, symbol version or path in question. Empty if the finding is about the file itself. */
  readonly subject: string;
  /** Description of the problem in whole sentences. */
  readonly message: string;
  /** Fix, in the imperative. */
  readonly remedy: string;
  /** Symbols in question, if they are known. */
  readonly symbols?: readonly string[];
  /** Reason of the waiver that accepts the finding. */
  readonly waived?: string;
}

/** Completes a finding with the defaults of its rule. */
export function completeFinding(
  rule: Pick<Rule, 'name' | 'severity' | 'remedy'>,
  found: RuleFinding,
): Finding {
  const remedy = (found.remedy ?? rule.remedy).replaceAll('<file>', () => found.file);
  return { rule: rule.name, severity: rule.severity, subject: '', ...found, remedy };
}

/** Returns the findings that prevent packaging: errors that are not waived. */
export function findFailures(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity, waived }) => severity === 'error' && waived === undefined);
}

/** `2 errors, 1 warning, 3 waived`. */
export function countFindings(findings: readonly Finding[]): string {
  const waived = findings.filter((finding) => finding.waived !== undefined).length;
  const errors = findFailures(findings).length;
  return `${formatCount(errors, 'error')}, ${formatCount(findings.length - waived - errors, 'warning')}, ${waived} waived`;
}

export function statusOf({ severity, waived }: Finding): Severity | 'waived' {
  return waived === undefined ? severity : 'waived';
}

/**
 * Sorts findings by severity, rule, file and subject, and drops repetitions, because several processes can have the
 * same finding.
 */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const byKey = new Map(findings.map((finding) => [keyOf(finding), finding]));
  return [...byKey.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, finding]) => finding);
}

function keyOf({ severity, file, rule, subject, message }: Finding): string {
  return JSON.stringify([severity, rule, file, subject, message]);
}
