import type { Dynamic } from './dynamic.ts';
import type { ElfReader } from './reader.ts';
import type { Segment } from './segments.ts';
import { type DynamicSymbol, readVersionedSymbols } from './symbols.ts';
import { readVersionDefinitions, readVersionNeeds } from './version-sections.ts';

/** A symbol version that another library must define. */
export interface VersionNeed {
  /** The SONAME that is to define it. */
  readonly library: string;
  /** Such as `GLIBC_2.34`. */
  readonly version: string;
  /** All references are weak: the loader only warns where the version is missing. */
  readonly isWeak: boolean;
  /** The symbols that need it, without those that may be missing (weak ones). */
  readonly symbols: readonly string[];
}

export interface SymbolVersions {
  readonly versionNeeds: readonly VersionNeed[];
  /** Symbol versions that the file offers; empty where it has none. */
  readonly versionDefinitions: readonly string[];
  /** True where the file answers a search for a symbol of a version; undefined for a file without versions. */
  readonly defines: ((symbol: string, version: string) => boolean) | undefined;
}

/** The versions that a file needs and offers, with the symbols of each. */
export function readSymbolVersions(
  reader: ElfReader,
  dynamic: Dynamic,
  segments: readonly Segment[],
): SymbolVersions {
  const needs = readVersionNeeds(reader, dynamic, segments);
  const definitions = readVersionDefinitions(reader, dynamic, segments);
  if (needs.length === 0 && definitions.length === 0) {
    return { versionNeeds: [], versionDefinitions: [], defines: undefined };
  }
  const symbols = readVersionedSymbols(reader, dynamic, segments);
  const needed = symbols.filter(({ isDefined, isWeak }) => !isDefined && !isWeak);
  const byVersion = Map.groupBy(needed, ({ version }) => version);
  // An index is of one need only; where a broken file has it twice, the last one counts, as for the loader.
  const needByIndex = new Map(needs.map((need) => [need.index, need]));
  const versionByIndex = new Map(definitions.map(({ index, version }) => [index, version]));
  return {
    versionNeeds: needs.map((need) => ({
      library: need.library,
      version: need.version,
      isWeak: need.isWeak,
      symbols:
        needByIndex.get(need.index) === need
          ? (byVersion.get(need.index) ?? []).map(({ name }) => name).sort()
          : [],
    })),
    versionDefinitions: definitions.map(({ version }) => version),
    defines: definitions.length === 0 ? undefined : createSearch(symbols, versionByIndex),
  };
}

/**
 * As glibc compares a reference with a definition (elf/dl-lookup.c, check_match): its version's name must be the one
 * that is asked for, or the definition has none and is not hidden.
 */
function createSearch(
  symbols: readonly DynamicSymbol[],
  versionByIndex: ReadonlyMap<number, string>,
): (symbol: string, version: string) => boolean {
  const known = new Set<string>();
  for (const { name, isDefined, version } of symbols) {
    if (!isDefined) continue;
    const text = versionByIndex.get(version);
    known.add(text === undefined ? name : `${name}@${text}`);
  }
  return (symbol, version) => known.has(`${symbol}@${version}`) || known.has(symbol);
}
