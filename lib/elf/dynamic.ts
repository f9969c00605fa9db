import { ElfError, type ElfReader } from './reader.ts';
import { offsetOf, type Segment } from './segments.ts';

/** Content of the dynamic section. The ELF-64 specification defines its tags. */
export interface Dynamic {
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  /** Returns the value of a tag. If a tag occurs twice, the last value counts, as for the loader. */
  readonly value: (tag: Tag) => number | undefined;
  /** Reads a string of .dynstr. */
  readonly name: (offset: number) => string;
}

const tags = {
  end: 0,
  needed: 1,
  jumpRelocationsSize: 2,
  hash: 4,
  strings: 5,
  symbols: 6,
  relocations: 7,
  relocationsSize: 8,
  stringsSize: 10,
  soname: 14,
  rpath: 15,
  jumpRelocations: 23,
  runpath: 29,
  gnuHash: 0x6ffffef5,
  symbolVersions: 0x6ffffff0,
  versionDefinitions: 0x6ffffffc,
  versionDefinitionCount: 0x6ffffffd,
  versionNeeds: 0x6ffffffe,
  versionNeedCount: 0x6fffffff,
} as const;
export type Tag = keyof typeof tags;

/** Far above any real file (PHP needs 40 libraries), but low enough that a hostile file cannot fill the memory. */
const maxLibraries = 4096;
/** A search path has many paths in one string. */
const maxSearchPathBytes = 65_536;

export function readDynamic(reader: ElfReader, dynamic: Segment, segments: readonly Segment[]): Dynamic {
  const { neededOffsets, values } = readEntries(reader, dynamic);
  const value = (tag: Tag): number | undefined => values.get(tags[tag]);
  const strings = locateStrings(value, segments);
  const name = (offset: number, maxBytes?: number): string => {
    if (strings === undefined) throw new ElfError('the dynamic section has no string table');
    return reader.text(strings.offset + offset, strings.end, maxBytes);
  };
  const optional = (tag: Tag, maxBytes?: number): string | undefined => {
    const offset = value(tag);
    return offset === undefined ? undefined : name(offset, maxBytes);
  };
  return {
    needed: neededOffsets.map((offset) => name(offset)),
    soname: optional('soname'),
    rpath: optional('rpath', maxSearchPathBytes),
    runpath: optional('runpath', maxSearchPathBytes),
    value,
    name: (offset) => name(offset),
  };
}

interface Entries {
  readonly neededOffsets: readonly number[];
  /** Values by tag, limited to the tags above. */
  readonly values: ReadonlyMap<number, number>;
}

function readEntries(reader: ElfReader, dynamic: Segment): Entries {
  const known = new Set<number>(Object.values(tags));
  const neededOffsets: number[] = [];
  const values = new Map<number, number>();
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.sizeBytes; at += 16) {
    // No ABI defines tags above 32 bits. If they were read with u64, a hostile tag could exceed the reader's range.
    const key = reader.u32(at + 4) === 0 ? reader.u32(at) : -1;
    if (key === tags.end) break;
    if (!known.has(key)) continue;
    const value = reader.u64(at + 8);
    if (key !== tags.needed) {
      values.set(key, value);
    } else if (neededOffsets.push(value) > maxLibraries) {
      throw new ElfError(`it needs more than ${maxLibraries} libraries`);
    }
  }
  return { neededOffsets, values };
}

function locateStrings(
  value: Dynamic['value'],
  segments: readonly Segment[],
): { offset: number; end: number } | undefined {
  const address = value('strings');
  if (address === undefined) return undefined;
  const { offset, end } = offsetOf(address, segments);
  return { offset, end: Math.min(end, offset + (value('stringsSize') ?? 0)) };
}
