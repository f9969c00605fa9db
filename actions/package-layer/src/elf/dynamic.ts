import { ElfError, type ElfReader } from './reader.ts';
import { offsetOf, type Segment } from './segments.ts';

/** The dynamic section, with its strings read and its tables found. Tags are those of the ELF-64 specification. */
export interface Dynamic {
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  /** Where in the file the version tables begin, and how many records their headers promise. */
  readonly versionNeeds: Table | undefined;
  readonly versionDefinitions: Table | undefined;
  /** A string of .dynstr. */
  readonly name: (offset: number) => string;
}

interface Table {
  readonly offset: number;
  readonly count: number;
}

const tag = {
  end: 0,
  needed: 1,
  strings: 5,
  stringsSize: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  versionDefinitions: 0x6ffffffc,
  versionDefinitionCount: 0x6ffffffd,
  versionNeeds: 0x6ffffffe,
  versionNeedCount: 0x6fffffff,
} as const;

/** Far above any real file (PHP needs 40 libraries), and low enough that a hostile one cannot fill the memory. */
const mostLibraries = 4096;
/** Search paths are many paths in one string. */
const longestSearchPath = 65_536;

export function readDynamic(reader: ElfReader, dynamic: Segment, segments: readonly Segment[]): Dynamic {
  const { neededOffsets, values } = readEntries(reader, dynamic);
  const strings = locateStrings(values, segments);
  const name = (offset: number, longest?: number): string => {
    if (strings === undefined) throw new ElfError('the dynamic section names no string table');
    return reader.text(strings.offset + offset, strings.end, longest);
  };
  const optional = (key: number, longest?: number): string | undefined => {
    const offset = values.get(key);
    return offset === undefined ? undefined : name(offset, longest);
  };
  const table = (key: number, countKey: number): Table | undefined => {
    const address = values.get(key);
    if (address === undefined) return undefined;
    return { offset: offsetOf(address, segments).offset, count: values.get(countKey) ?? 0 };
  };
  return {
    needed: neededOffsets.map((offset) => name(offset)),
    soname: optional(tag.soname),
    rpath: optional(tag.rpath, longestSearchPath),
    runpath: optional(tag.runpath, longestSearchPath),
    versionNeeds: table(tag.versionNeeds, tag.versionNeedCount),
    versionDefinitions: table(tag.versionDefinitions, tag.versionDefinitionCount),
    name: (offset) => name(offset),
  };
}

interface Entries {
  readonly neededOffsets: readonly number[];
  /** Value by tag, for the tags read here; the last one counts where a tag comes twice, as for the loader. */
  readonly values: ReadonlyMap<number, number>;
}

function readEntries(reader: ElfReader, dynamic: Segment): Entries {
  const known = new Set<number>(Object.values(tag));
  const neededOffsets: number[] = [];
  const values = new Map<number, number>();
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
    // Tags above 32 bits exist in no ABI; as u32 they need no care for values that are no address at all.
    const key = reader.u32(at + 4) === 0 ? reader.u32(at) : -1;
    if (key === tag.end) break;
    if (!known.has(key)) continue;
    const value = reader.u64(at + 8);
    if (key !== tag.needed) {
      values.set(key, value);
    } else if (neededOffsets.push(value) > mostLibraries) {
      throw new ElfError(`more than ${mostLibraries} libraries are needed`);
    }
  }
  return { neededOffsets, values };
}

function locateStrings(
  values: ReadonlyMap<number, number>,
  segments: readonly Segment[],
): { offset: number; end: number } | undefined {
  const address = values.get(tag.strings);
  if (address === undefined) return undefined;
  const { offset, end } = offsetOf(address, segments);
  return { offset, end: Math.min(end, offset + (values.get(tag.stringsSize) ?? 0)) };
}
