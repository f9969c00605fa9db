/** Stable names of the rules: they are waived by them, so none is renamed without a major version. */
export const rules = [
  'bundled-c-library',
  'duplicate-soname',
  'foreign-path',
  'machine-code',
  'malformed-elf',
  'missing-library',
  'not-executable',
  'not-on-lambda',
  'not-stripped',
  'search-path',
  'set-id',
  'shadowed-library',
  'symbol-version',
  'symlink',
  'unknown-symbol-version',
  'world-writable',
  'wrong-interpreter',
  'wrong-machine',
] as const;
export type Rule = (typeof rules)[number];

type Severity = 'error' | 'warning';

/** One thing in the layer that breaks on Lambda (error) or may (warning). */
export interface Finding {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Path in the layer. */
  readonly file: string;
  /** The library, symbol version or path that it is about; empty where it is the file itself. */
  readonly subject: string;
  /** What is wrong and the remedy, in full sentences. */
  readonly message: string;
  /** The reason for which whoever packages the layer accepts it. */
  readonly waived?: string;
}

/** Sorted by file and rule, each only once however many ways led to it. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const byKey = new Map(findings.map((finding) => [keyOf(finding), finding]));
  return [...byKey.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, finding]) => finding);
}

function keyOf({ severity, file, rule, subject, message }: Finding): string {
  return JSON.stringify([severity, file, rule, subject, message]);
}
