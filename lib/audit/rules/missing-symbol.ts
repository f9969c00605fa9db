import type { Rule } from '../rule.ts';
import { listSymbols, maxSymbols } from '../version-texts.ts';

/**
 * A library can define a version without the symbol: builds of libcurl use one version for all functions, old and new.
 * The loader searches the whole process for the symbol, so any library of the stack may define it.
 */
export const missingSymbol: Rule = {
  name: 'missing-symbol',
  severity: 'error',
  finds: 'A versioned symbol that a bundled library does not define, although it defines the version.',
  remedy: 'Bundle the library that the file was built against, or a newer one.',
  *check({ versionVerdicts, objects, stack }) {
    const libraries = [...objects, ...stack.lowerObjects];
    for (const { object, need, provider, verdict } of versionVerdicts) {
      if (provider === 'os' || verdict.kind !== 'offered' || provider.elf.defines === undefined) continue;
      const missing = need.symbols.filter(
        (symbol) => !libraries.some(({ elf }) => elf.defines?.(symbol, need.version)),
      );
      if (missing.length === 0) continue;
      const names = listSymbols(missing);
      yield {
        file: object.path,
        subject: `${provider.elf.soname ?? provider.path} ${names}`,
        message: `The file needs ${names} of version ${need.version}, but ${provider.path} does not define ${missing.length === 1 ? 'it' : 'them'}.`,
        symbols: missing.slice(0, maxSymbols),
      };
    }
  },
};
