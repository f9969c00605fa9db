import { readDynamic } from './dynamic.ts';
import { createElfReader, ElfError } from './reader.ts';
import { readSections } from './sections.ts';
import { listLoadedRanges, type Range, readSegments, segmentType } from './segments.ts';
import { readSymbolVersions, type SymbolVersions } from './symbol-versions.ts';
import { readDynamicSymbols, unversioned } from './symbols.ts';

/** Facts about one ELF file. Field values follow the ELF-64 specification (elf.h). */
export interface ElfFile extends SymbolVersions {
  readonly bits: 32 | 64;
  readonly endianness: 'little' | 'big';
  /** e_machine, such as 62 for x86-64. */
  readonly machine: number;
  /** e_type, such as 2 for ET_EXEC. */
  readonly type: number;
  /** PT_INTERP: path of the executable's loader. */
  readonly interpreter: string | undefined;
  /** Whether the file has a PT_DYNAMIC, and therefore needs a loader. */
  readonly isDynamic: boolean;
  /** DT_NEEDED in file order, in which the loader loads them. */
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  /** DT_RPATH as one string. The loader ignores it if the file also has a DT_RUNPATH. */
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  /** Symbols without a version that another file must define. Weak ones are omitted: they may remain undefined. */
  readonly imports: readonly string[];
  /** Names of all symbols that the file defines for others. */
  readonly exports: ReadonlySet<string>;
  /** Names of the sections that `strip` removes: the symbol table for debuggers, and debug information. */
  readonly strippableSections: readonly string[];
  /** Loaded ranges of the file, sorted and without overlaps. */
  readonly loadedRanges: readonly Range[];
}

const headerBytes = 64;

/** Whether a file starts with ELF's magic number. */
export function isElf(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === 0x7f454c46;
}

/**
 * Parses an ELF file. Reads only the header of 32-bit and big-endian files, which Lambda cannot run, and only the
 * sections of a debug file.
 *
 * @throws ElfError if the file breaks the format
 */
export function parseElf(bytes: Buffer): ElfFile {
  if (bytes.length < 20) throw new ElfError('the header is truncated');
  const bits = readIdentity(bytes, 4, [32, 64]);
  const endianness = readIdentity(bytes, 5, ['little', 'big']);
  const reader = createElfReader(bytes);
  const header = {
    bits,
    endianness,
    machine: endianness === 'little' ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18),
    type: endianness === 'little' ? bytes.readUInt16LE(16) : bytes.readUInt16BE(16),
  };
  if (bits === 32 || endianness === 'big') return { ...header, ...emptyFile };
  if (bytes.length < headerBytes) throw new ElfError('the header is truncated');

  const { strippableSections, isDebugFile } = readSections(reader);
  if (isDebugFile) return { ...header, ...emptyFile, strippableSections };
  const segments = readSegments(reader);
  const interpreter = segments.find(({ type }) => type === segmentType.interpreter);
  const dynamicSegment = segments.find(({ type }) => type === segmentType.dynamic);
  const dynamic = dynamicSegment && readDynamic(reader, dynamicSegment, segments);
  const symbols = dynamic === undefined ? [] : readDynamicSymbols(reader, dynamic, segments);
  return {
    ...header,
    ...emptyFile,
    interpreter: interpreter && reader.text(interpreter.offset, interpreter.offset + interpreter.sizeBytes),
    isDynamic: dynamic !== undefined,
    ...(dynamic && {
      needed: dynamic.needed,
      soname: dynamic.soname,
      rpath: dynamic.rpath,
      runpath: dynamic.runpath,
      ...readSymbolVersions(reader, dynamic, segments, symbols),
    }),
    imports: symbols
      .filter(({ isDefined, isWeak, version }) => !isDefined && !isWeak && version === unversioned)
      .map(({ name }) => name),
    exports: new Set(symbols.filter(({ isDefined }) => isDefined).map(({ name }) => name)),
    strippableSections,
    loadedRanges: listLoadedRanges(segments),
  };
}

const emptyFile = {
  interpreter: undefined,
  isDynamic: false,
  needed: [],
  soname: undefined,
  rpath: undefined,
  runpath: undefined,
  versionNeeds: [],
  versionDefinitions: [],
  defines: undefined,
  imports: [],
  exports: new Set<string>(),
  strippableSections: [],
  loadedRanges: [],
} as const;

/** Reads a byte of the file's identification. Its only valid values are 1 and 2. */
function readIdentity<const T>(bytes: Buffer, offset: number, meanings: readonly [T, T]): T {
  const value = bytes[offset];
  if (value !== 1 && value !== 2) throw new ElfError(`byte ${offset} of the header is ${value}, not 1 or 2`);
  return value === 1 ? meanings[0] : meanings[1];
}
