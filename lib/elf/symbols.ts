import type { Dynamic } from './dynamic.ts';
import { ElfError, type ElfReader } from './reader.ts';
import { offsetOf, type Segment, tableAt } from './segments.ts';
import { indexMask } from './version-sections.ts';

/** One entry of the dynamic symbol table that is visible to other files. */
export interface DynamicSymbol {
  readonly name: string;
  /** Defined in this file, else needed of another. */
  readonly isDefined: boolean;
  /** Nothing fails where nobody defines it. */
  readonly isWeak: boolean;
  /** Of DT_VERSYM: 0 and 1 for symbols without a version, else the index of a need or of a definition. */
  readonly version: number;
}

const symbolSize = 24;
const relocationSize = 24;
const binding = { local: 0, weak: 2 } as const;

/**
 * The names of one file may have so many bytes. libLLVM's, among the largest known, have 3 MB; without a limit a
 * file could have millions of symbols that share one long name, of which each becomes a string of its own.
 */
const mostNameBytes = 67_108_864;

/**
 * Reads the dynamic symbols that have a version. The symbol table itself does not say where it ends (see
 * countSymbols). Throws an ElfError where a table leaves its segment.
 */
export function readVersionedSymbols(
  reader: ElfReader,
  dynamic: Dynamic,
  segments: readonly Segment[],
): readonly DynamicSymbol[] {
  const { value, name } = dynamic;
  const address = value('symbols');
  const versionAddress = value('symbolVersions');
  if (address === undefined || versionAddress === undefined) return [];
  const count = countSymbols(reader, dynamic, segments);
  const table = tableAt(address, count * symbolSize, segments);
  const versions = tableAt(versionAddress, count * 2, segments);
  const symbols: DynamicSymbol[] = [];
  let nameBytes = 0;
  // The first symbol is empty by definition.
  for (let index = 1; index < count; index += 1) {
    const at = table + index * symbolSize;
    const bound = reader.u8(at + 4) >> 4;
    const version = reader.u16(versions + index * 2);
    const isDefined = reader.u16(at + 6) !== 0;
    // What is needed without a version is found by its name alone, and nothing can be said about it here.
    if (bound === binding.local || version === 0 || (!isDefined && version === 1)) continue;
    const text = name(reader.u32(at));
    nameBytes += text.length;
    if (nameBytes > mostNameBytes) throw new ElfError('the names of its symbols have no end');
    symbols.push({
      name: text,
      isDefined,
      isWeak: bound === binding.weak,
      version: version & indexMask,
    });
  }
  return symbols;
}

/**
 * How many entries the dynamic symbol table has. DT_HASH says it. DT_GNU_HASH knows only the symbols that can be found
 * in the file, which come last; where a library defines none, binutils writes an empty table. The others are there
 * because a relocation refers to them. Section headers would say it too, but a file may do without, and nobody checks them.
 */
export function countSymbols(reader: ElfReader, { value }: Dynamic, segments: readonly Segment[]): number {
  const hash = value('hash');
  if (hash !== undefined) return reader.u32(tableAt(hash, 8, segments) + 4);
  const gnuHash = value('gnuHash');
  return Math.max(
    gnuHash === undefined ? 0 : countHashed(reader, gnuHash, segments),
    countRelocated(reader, value('relocations'), value('relocationsSize'), segments),
    countRelocated(reader, value('jumpRelocations'), value('jumpRelocationsSize'), segments),
  );
}

/**
 * DT_GNU_HASH: a header of four words, a Bloom filter of 64-bit words, the first symbol of each bucket, and a word for
 * each hashed symbol, odd for the last of its bucket. The last symbol is at the end of the highest bucket.
 */
function countHashed(reader: ElfReader, address: number, segments: readonly Segment[]): number {
  const { offset, end } = offsetOf(address, segments);
  const [buckets, firstHashed, filterWords] = [0, 4, 8].map((field) => reader.u32(offset + field)) as [
    number,
    number,
    number,
  ];
  const bucketsAt = offset + 16 + filterWords * 8;
  const chainsAt = bucketsAt + buckets * 4;
  if (chainsAt > end) throw new ElfError('the symbol hash table leaves its segment');
  let last = 0;
  for (let at = bucketsAt; at < chainsAt; at += 4) last = Math.max(last, reader.u32(at));
  if (last < firstHashed) return firstHashed;
  for (let index = last; ; index += 1) {
    const at = chainsAt + (index - firstHashed) * 4;
    if (at + 4 > end) throw new ElfError('the symbol hash table has no end');
    if ((reader.u32(at) & 1) === 1) return index + 1;
  }
}

/** One more than the highest symbol that Elf64_Rela records refer to. Both CPUs have no other kind. */
function countRelocated(
  reader: ElfReader,
  address: number | undefined,
  size: number | undefined,
  segments: readonly Segment[],
): number {
  if (address === undefined || !size) return 0;
  const start = tableAt(address, size, segments);
  let highest = 0;
  for (let at = start; at + relocationSize <= start + size; at += relocationSize) {
    highest = Math.max(highest, reader.u32(at + 12));
  }
  return highest + 1;
}
