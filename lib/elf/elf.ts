import { readDynamic } from './dynamic.ts';
import { createElfReader, ElfError } from './reader.ts';
import { readSections } from './sections.ts';
import { loadedRanges, type Range, readSegments, segmentType } from './segments.ts';
import { readSymbolVersions, type SymbolVersions } from './symbol-versions.ts';

/** What the audit has to know of one ELF file. Field values are as in the ELF-64 specification (elf.h). */
export interface ElfFile extends SymbolVersions {
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
  /** Sections that `strip` removes: the symbol table for debuggers, and debug information. */
  readonly strippable: readonly string[];
  /** File ranges that are loaded, sorted, none twice. */
  readonly loadedRanges: readonly Range[];
}

const headerSize = 64;

/** True where a file begins as every ELF file does; such a file is then held to the format. */
export function isElf(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === 0x7f454c46;
}

/**
 * Reads one ELF file without running anything of it. Of 32-bit and big-endian files, which Lambda cannot run, only
 * the header; of a file of debug information, only its sections. Throws an ElfError for a file that breaks the format.
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

  const { strippable, isDebugFile } = readSections(reader);
  if (isDebugFile) return { ...header, ...nothing, strippable };
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
      ...readSymbolVersions(reader, dynamic, segments),
    }),
    strippable,
    loadedRanges: loadedRanges(segments),
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
  defines: undefined,
  strippable: [],
  loadedRanges: [],
} as const;

/** One of the first bytes of the file, where 1 and 2 are the only values that mean something. */
function readIdentity<const T>(bytes: Buffer, offset: number, meanings: readonly [T, T]): T {
  const value = bytes[offset];
  if (value !== 1 && value !== 2) throw new ElfError(`byte ${offset} of the header is ${value}, not 1 or 2`);
  return value === 1 ? meanings[0] : meanings[1];
}
