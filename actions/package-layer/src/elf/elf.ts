import { readDynamic } from './dynamic.ts';
import { createElfReader, ElfError, type ElfReader } from './reader.ts';
import { readSegments, segmentType } from './segments.ts';
import { readVersionDefinitions, readVersionNeeds, type VersionNeed } from './versions.ts';

/** What the audit has to know of one ELF file. Field values are as in the ELF-64 specification (elf.h). */
export interface ElfFile {
  readonly bits: 32 | 64;
  readonly endianness: 'little' | 'big';
  /** e_machine, such as 62 for x86-64. */
  readonly machine: number;
  /** e_type, such as 2 for ET_EXEC. */
  readonly type: number;
  /** PT_INTERP: the loader of an executable. */
  readonly interpreter: string | undefined;
  /** Has a PT_DYNAMIC, hence needs a loader. */
  readonly isDynamic: boolean;
  /** DT_NEEDED in file order, the order in which the loader takes them. */
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  /** DT_RPATH, not split. The loader ignores it beside a DT_RUNPATH. */
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  readonly versionNeeds: readonly VersionNeed[];
  /** Symbol versions that the file offers; empty where it has none. */
  readonly versionDefinitions: readonly string[];
  /** Has a .symtab or debug sections, which `strip` removes. */
  readonly hasSymbolTable: boolean;
  /** File ranges that are loaded as data: `[start, end)`. */
  readonly dataRanges: readonly (readonly [start: number, end: number])[];
}

const headerSize = 64;
const sectionHeaderSize = 64;
const sectionSymbols = 2;

/** True where a file begins as every ELF file does; such a file is then held to the format. */
export function isElf(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === 0x7f454c46;
}

/**
 * Reads one ELF file without running anything of it. Of 32-bit and big-endian files, which Lambda cannot run, only
 * the header. Throws an ElfError for a file that breaks the format.
 */
export function parseElf(bytes: Buffer): ElfFile {
  if (bytes.length < 20) throw new ElfError('the header is cut off');
  const bits = readIdentity(bytes, 4, [32, 64]);
  const endianness = readIdentity(bytes, 5, ['little', 'big']);
  const reader = createElfReader(bytes);
  const header = {
    bits,
    endianness,
    machine: endianness === 'little' ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18),
    type: endianness === 'little' ? bytes.readUInt16LE(16) : bytes.readUInt16BE(16),
  };
  if (bits === 32 || endianness === 'big') return { ...header, ...nothing };
  if (bytes.length < headerSize) throw new ElfError('the header is cut off');

  const segments = readSegments(reader);
  const interpreter = segments.find(({ type }) => type === segmentType.interpreter);
  const dynamicSegment = segments.find(({ type }) => type === segmentType.dynamic);
  const dynamic = dynamicSegment && readDynamic(reader, dynamicSegment, segments);
  return {
    ...header,
    ...nothing,
    interpreter: interpreter && reader.text(interpreter.offset, interpreter.offset + interpreter.size),
    isDynamic: dynamic !== undefined,
    ...(dynamic && {
      needed: dynamic.needed,
      soname: dynamic.soname,
      rpath: dynamic.rpath,
      runpath: dynamic.runpath,
      versionNeeds: readVersionNeeds(reader, dynamic),
      versionDefinitions: readVersionDefinitions(reader, dynamic),
    }),
    hasSymbolTable: hasSymbolTable(reader),
    dataRanges: segments
      .filter(({ type, isExecutable }) => type === segmentType.load && !isExecutable)
      .map(({ offset, size }) => [offset, offset + size] as const),
  };
}

const nothing = {
  interpreter: undefined,
  isDynamic: false,
  needed: [],
  soname: undefined,
  rpath: undefined,
  runpath: undefined,
  versionNeeds: [],
  versionDefinitions: [],
  hasSymbolTable: false,
  dataRanges: [],
} as const;

/** One of the first bytes of the file, where 1 and 2 are the only values that mean something. */
function readIdentity<const T>(bytes: Buffer, offset: number, meanings: readonly [T, T]): T {
  const value = bytes[offset];
  if (value !== 1 && value !== 2) throw new ElfError(`byte ${offset} of the header is ${value}, not 1 or 2`);
  return value === 1 ? meanings[0] : meanings[1];
}

/** Sections are no part of a running program: a file without them is whole, and as stripped as can be. */
function hasSymbolTable(reader: ElfReader): boolean {
  const start = reader.u64(40);
  const count = reader.u16(60);
  if (start === 0 || count === 0) return false;
  if (reader.u16(58) !== sectionHeaderSize) throw new ElfError('section headers of unknown size');
  for (let index = 0; index < count; index += 1) {
    if (reader.u32(start + index * sectionHeaderSize + 4) === sectionSymbols) return true;
  }
  return false;
}
