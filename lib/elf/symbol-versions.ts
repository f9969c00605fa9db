import type { Dynamic } from './dynamic.ts';
import type { ElfReader } from './reader.ts';
import type { Segment } from './segments.ts';
import type { DynamicSymbol } from './symbols.ts';
import { readVersionDefinitions, readVersionNeeds } from './version-sections.ts';

/** A symbol version that another library must define. */
export interface VersionNeed {
  /** SONAME of that library. */
  readonly library: string;
  /** Name of the version, such as `GLIBC_2.34`. */
  readonly version: string;
  /** Whether all references are weak. The loader then only warns if the version is missing. */
  readonly isWeak: boolean;
  /** Symbols that need the version, except weak ones, which may be missing. */
  readonly symbols: readonly string[];
}

export interface SymbolVersions {
  readonly versionNeeds: readonly VersionNeed[];
  /** Symbol versions that the file defines. */
  readonly versionDefinitions: readonly string[];
  /** Whether the file defines a symbol for a version. Undefined if the file defines no versions. */
  readonly defines: ((symbol: string, version: string) => boolean) | undefined;
}

/**
 * Reads the versions that a file needs and defines, with their symbols.
 *
 * @param symbols dynamic symbols of the file
 */
export function readSymbolVersions(
  reader: ElfReader,
  dynamic: Dynamic,
  segments: readonly Segment[],
  symbols: readonly DynamicSymbol[],
): SymbolVersions {
  const needs = readVersionNeeds(reader, dynamic, segments);
  const definitions = readVersionDefinitions(reader, dynamic, segments);
  if (needs.length === 0 && definitions.length === 0) {
    return { versionNeeds: [], versionDefinitions: [], defines: undefined };
  }
  const needed = symbols.filter(({ isDefined, isWeak }) => !isDefined && !isWeak);
  const byVersion = Map.groupBy(needed, ({ version }) => version);
  // An index belongs to one need. If a broken file uses it twice, the last need counts, as for the loader.
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
    defines: definitions.length === 0 ? undefined : createSymbolLookup(symbols, versionByIndex),
  };
}

/**
 * Matches references with definitions as glibc does (elf/dl-lookup.c, check_match): the definition has the version that
 * the reference names, or it has no version and is not hidden.
 */
function createSymbolLookup(
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
