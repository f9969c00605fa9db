import type { VersionNeed } from '#lib/elf/symbol-versions.ts';
import type { JudgedVersion } from './version-verdicts.ts';

/** Maximum number of symbols in a finding: a large program can use hundreds. */
export const maxSymbols = 20;

/** The parts that all findings about a needed version have in common. */
export function versionDetails({ object, need: { library, version, symbols, isWeak } }: JudgedVersion) {
  return {
    file: object.path,
    subject: `${library} ${version}`,
    ...(isWeak && { severity: 'warning' as const }),
    ...(symbols.length > 0 && { symbols: symbols.slice(0, maxSymbols) }),
  };
}

/** `hypot, log2, pow and 3 more need GLIBC_2.35 of libm.so.6`, or `The file needs …` if no symbol is known. */
export function describeNeed({ library, version, symbols }: VersionNeed): string {
  const subject = symbols.length === 0 ? 'The file' : listSymbols(symbols);
  return `${subject} ${symbols.length > 1 ? 'need' : 'needs'} ${version} of ${library}`;
}

/** `hypot, log2, pow and 3 more`. */
export function listSymbols(symbols: readonly string[]): string {
  const named = symbols.slice(0, 3).join(', ');
  return symbols.length > 3 ? `${named} and ${symbols.length - 3} more` : named;
}
