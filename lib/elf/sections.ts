import { ElfError, type ElfReader } from './reader.ts';

const headerBytes = 64;
/** SHT_SYMTAB and SHT_NOBITS of sh_type. */
const symbolTable = 2;
const noBits = 8;
/** SHF_EXECINSTR of sh_flags. */
const executableFlag = 4;

export interface Sections {
  /** Names of the sections that `strip` removes: `.symtab` and debug information. */
  readonly strippableSections: readonly string[];
  /**
   * Whether the file lacks its code because `objcopy --only-keep-debug` made it for debuggers. Its program headers are
   * copies of the original file's, and lead nowhere.
   */
  readonly isDebugFile: boolean;
}

/**
 * Reads the section headers. They are optional, because a running program does not need them.
 *
 * @throws ElfError if the headers or their names are beyond the end of the file
 */
export function readSections(reader: ElfReader): Sections {
  const start = reader.u64(40);
  // A file with 65,280 sections or more stores their number in the size of the first header.
  const count = start === 0 ? 0 : reader.u16(60) || reader.u64(start + 32);
  if (count === 0) return { strippableSections: [], isDebugFile: false };
  if (start + count * headerBytes > reader.sizeBytes) {
    throw new ElfError(
      `the section headers end beyond the end of the file (${reader.sizeBytes} bytes), so the file is truncated`,
    );
  }
  if (reader.u16(58) !== headerBytes) throw new ElfError('the section headers have an unknown size');
  const name = readNames(reader, start, count);
  const strippableSections: string[] = [];
  let isDebugFile = false;
  for (let index = 0; index < count; index += 1) {
    const at = start + index * headerBytes;
    const type = reader.u32(at + 4);
    const text = name(reader.u32(at));
    if (type === symbolTable) strippableSections.push(text || '.symtab');
    else if (/^\.z?debug_/.test(text)) strippableSections.push(text);
    if (type === noBits && (reader.u32(at + 8) & executableFlag) !== 0) isDebugFile = true;
  }
  return { strippableSections, isDebugFile };
}

/** Returns a reader of names in .shstrtab. A name is empty if the file has no such section or its offset is invalid. */
function readNames(reader: ElfReader, start: number, count: number): (offset: number) => string {
  const index = reader.u16(62);
  if (index === 0 || index >= count) return () => '';
  const at = start + index * headerBytes;
  if (reader.u32(at + 4) === noBits) return () => '';
  const offset = reader.u64(at + 24);
  const end = offset + reader.u64(at + 32);
  if (end > reader.sizeBytes)
    throw new ElfError('the section names end beyond the end of the file, so the file is truncated');
  // 32 bytes are enough to recognize a section. In a hostile file, a name can have any length.
  return (name) => (offset + name < end ? reader.textStart(offset + name, end, 32) : '');
}
