import type { Dynamic } from './dynamic.ts';
import { ElfError, type ElfReader } from './reader.ts';
import { offsetOf, type Segment, tableOffset } from './segments.ts';
import { indexMask } from './version-sections.ts';

/** An entry of the dynamic symbol table that other files can see. */
export interface DynamicSymbol {
  readonly name: string;
  /** Whether this file defines the symbol. Otherwise another file must. */
  readonly isDefined: boolean;
  /** Whether the symbol may remain undefined. */
  readonly isWeak: boolean;
  /** Entry of DT_VERSYM: 1 without a version, otherwise the index of a need or definition. */
  readonly version: number;
}

const symbolBytes = 24;
const relocationBytes = 24;
const binding = { local: 0, weak: 2 } as const;

/**
 * Limit of the total length of a file's symbol names. libLLVM, one of the largest, has 3 MB. Without a limit, a hostile
 * file could have millions of symbols that share one long name, and each would become a string.
 */
const maxNameBytes = 67_108_864;

/** DT_VERSYM's value for symbols without a version. The loader treats 0, which linkers write too, alike. */
export const unversioned = 1;

/**
 * Reads the dynamic symbols, except local ones, which no other file can see.
 *
 * @throws ElfError if a table ends beyond its segment
 */
export function readDynamicSymbols(
  reader: ElfReader,
  dynamic: Dynamic,
  segments: readonly Segment[],
): readonly DynamicSymbol[] {
  const { value, name } = dynamic;
  const address = value('symbols');
  const versionAddress = value('symbolVersions');
  if (address === undefined) return [];
  const count = countSymbols(reader, dynamic, segments);
  const table = tableOffset(address, count * symbolBytes, segments);
  const versions =
    versionAddress === undefined ? undefined : tableOffset(versionAddress, count * 2, segments);
  const symbols: DynamicSymbol[] = [];
  let nameBytes = 0;
  // The specification reserves the first symbol, which is empty.
  for (let index = 1; index < count; index += 1) {
    const at = table + index * symbolBytes;
    const symbolBinding = reader.u8(at + 4) >> 4;
    if (symbolBinding === binding.local) continue;
    const version = versions === undefined ? unversioned : reader.u16(versions + index * 2) & indexMask;
    const text = name(reader.u32(at));
    nameBytes += text.length;
    if (nameBytes > maxNameBytes) throw new ElfError('the symbol names are too long');
    symbols.push({
      name: text,
      isDefined: reader.u16(at + 6) !== 0,
      isWeak: symbolBinding === binding.weak,
      version: Math.max(version, unversioned),
    });
  }
  return symbols;
}

/**
 * Counts the entries of the dynamic symbol table, whose length no program header stores. DT_HASH, if it exists,
 * contains the number. DT_GNU_HASH covers only defined symbols, which come last in the table, and is empty if there are
 * none. All other symbols exist for a relocation that refers to them, so the highest one in a relocation counts too.
 * Section headers also contain the length, but they are optional and the loader does not verify them.
 */
export function countSymbols(reader: ElfReader, { value }: Dynamic, segments: readonly Segment[]): number {
  const hash = value('hash');
  if (hash !== undefined) return reader.u32(tableOffset(hash, 8, segments) + 4);
  const gnuHash = value('gnuHash');
  return Math.max(
    gnuHash === undefined ? 0 : countHashed(reader, gnuHash, segments),
    countRelocated(reader, value('relocations'), value('relocationsSize'), segments),
    countRelocated(reader, value('jumpRelocations'), value('jumpRelocationsSize'), segments),
  );
}

/**
 * Counts the symbols up to the last one in DT_GNU_HASH. The table has a header of four words, a Bloom filter of 64-bit
 * words, the first symbol of each bucket, and one word per hashed symbol, which is odd for the last of its bucket. The
 * last symbol is at the end of the highest bucket.
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
  if (chainsAt > end) throw new ElfError('the symbol hash table ends beyond its segment');
  let last = 0;
  for (let at = bucketsAt; at < chainsAt; at += 4) last = Math.max(last, reader.u32(at));
  if (last < firstHashed) return firstHashed;
  for (let index = last; ; index += 1) {
    const at = chainsAt + (index - firstHashed) * 4;
    if (at + 4 > end) throw new ElfError('the last chain of the symbol hash table is not terminated');
    if ((reader.u32(at) & 1) === 1) return index + 1;
  }
}

/** Counts the symbols up to the last one that an Elf64_Rela record refers to. Both CPUs use only this record type. */
function countRelocated(
  reader: ElfReader,
  address: number | undefined,
  sizeBytes: number | undefined,
  segments: readonly Segment[],
): number {
  if (address === undefined || !sizeBytes) return 0;
  const start = tableOffset(address, sizeBytes, segments);
  let highest = 0;
  for (let at = start; at + relocationBytes <= start + sizeBytes; at += relocationBytes) {
    highest = Math.max(highest, reader.u32(at + 12));
  }
  return highest + 1;
}
