import type { Policy } from '../policy.ts';
import type { Rule, RuleFinding } from '../rule.ts';
import type { UndefinedSymbols } from '../undefined-symbols.ts';
import { listSymbols, maxSymbols } from '../version-texts.ts';

/** `missing-symbol` and `symbol-version` judge symbols with a version. Many libraries have none, such as SQLite. */
export const undefinedSymbol: Rule = {
  name: 'undefined-symbol',
  severity: 'error',
  finds:
    "A symbol without a version that no library of the process defines, such as a function that the OS's older " +
    'library lacks. A warning if an unknown program or library may define it.',
  remedy: "Bundle the library that the file was built against, or build against the OS's copy of it.",
  *check({ undefinedSymbols, policy }) {
    for (const one of undefinedSymbols) {
      yield* describe(one, one.missing, policy);
      // The program that loads an extension may define anything, but rarely a symbol with the prefix of an OS library.
      const suspicious = one.unchecked.filter((symbol) => findLibrary(one, symbol, policy) !== undefined);
      for (const finding of describe(one, suspicious, policy)) yield { ...finding, severity: 'warning' };
    }
  },
};

/** Yields a finding for each library that probably should define the symbols, and one for the other symbols. */
function* describe(
  one: UndefinedSymbols,
  symbols: readonly string[],
  policy: Policy,
): Generator<RuleFinding> {
  for (const [library, group] of Map.groupBy(symbols, (symbol) => findLibrary(one, symbol, policy))) {
    const names = listSymbols(group);
    const pronoun = group.length === 1 ? 'it' : 'them';
    const lack =
      library === undefined
        ? `no library that it loads defines ${pronoun}`
        : `${library} of ${policy.runtime} does not define ${pronoun}`;
    yield {
      file: one.object.path,
      subject: library === undefined ? names : `${library} ${names}`,
      message: `The file needs ${names}, but ${lack}.`,
      symbols: group.slice(0, maxSymbols),
    };
  }
}

/** Returns the OS library that has symbols with the same prefix but not this one, among the libraries that the file needs. */
function findLibrary({ osLibraries }: UndefinedSymbols, symbol: string, policy: Policy): string | undefined {
  return osLibraries.find((library) => {
    const exported = policy.exportsOf(library);
    return exported?.hasPrefixOf(symbol) && exported.judge(symbol) === 'absent';
  });
}
