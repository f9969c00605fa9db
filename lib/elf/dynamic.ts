import { ElfError, type ElfReader } from './reader.ts';
import { offsetOf, type Segment } from './segments.ts';

/** The dynamic section, with its strings read. Tags are those of the ELF-64 specification. */
export interface Dynamic {
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  /** The value of a tag; the last one counts where a tag comes twice, as for the loader. */
  readonly value: (tag: Tag) => number | undefined;
  /** A string of .dynstr. */
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

/** Far above any real file (PHP needs 40 libraries), and low enough that a hostile one cannot fill the memory. */
const mostLibraries = 4096;
/** Search paths are many paths in one string. */
const longestSearchPath = 65_536;

export function readDynamic(reader: ElfReader, dynamic: Segment, segments: readonly Segment[]): Dynamic {
  const { neededOffsets, values } = readEntries(reader, dynamic);
  const value = (tag: Tag): number | undefined => values.get(tags[tag]);
  const strings = locateStrings(value, segments);
  const name = (offset: number, longest?: number): string => {
    if (strings === undefined) throw new ElfError('the dynamic section names no string table');
    return reader.text(strings.offset + offset, strings.end, longest);
  };
  const optional = (tag: Tag, longest?: number): string | undefined => {
    const offset = value(tag);
    return offset === undefined ? undefined : name(offset, longest);
  };
  return {
    needed: neededOffsets.map((offset) => name(offset)),
    soname: optional('soname'),
    rpath: optional('rpath', longestSearchPath),
    runpath: optional('runpath', longestSearchPath),
    value,
    name: (offset) => name(offset),
  };
}

interface Entries {
  readonly neededOffsets: readonly number[];
  /** Value by tag, for the tags read here. */
  readonly values: ReadonlyMap<number, number>;
}

function readEntries(reader: ElfReader, dynamic: Segment): Entries {
  const known = new Set<number>(Object.values(tags));
  const neededOffsets: number[] = [];
  const values = new Map<number, number>();
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
    // Tags above 32 bits exist in no ABI; as u32 they need no care for values that are no address at all.
    const key = reader.u32(at + 4) === 0 ? reader.u32(at) : -1;
    if (key === tags.end) break;
    if (!known.has(key)) continue;
    const value = reader.u64(at + 8);
    if (key !== tags.needed) {
      values.set(key, value);
    } else if (neededOffsets.push(value) > mostLibraries) {
      throw new ElfError(`more than ${mostLibraries} libraries are needed`);
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
