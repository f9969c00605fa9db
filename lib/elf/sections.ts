import { ElfError, type ElfReader } from './reader.ts';

const headerSize = 64;
const symbolTable = 2;
const noBits = 8;
/** Of sh_flags. */
const executable = 4;

export interface Sections {
  /** Those that `strip` removes, by name: `.symtab`, and those of debug information. */
  readonly strippable: readonly string[];
  /**
   * Code was left out: what `objcopy --only-keep-debug` splits off a file, for debuggers. Its program headers are
   * those of the whole file, and lead to nothing.
   */
  readonly isDebugFile: boolean;
}

/**
 * Sections are no part of a running program: a file without them is whole, and as stripped as can be. Throws an
 * ElfError for headers that leave the file.
 */
export function readSections(reader: ElfReader): Sections {
  const start = reader.u64(40);
  // With 65,280 sections or more, the first header has their number in its size.
  const count = start === 0 ? 0 : reader.u16(60) || reader.u64(start + 32);
  if (count === 0) return { strippable: [], isDebugFile: false };
  if (start + count * headerSize > reader.size) {
    throw new ElfError(`the section headers lie beyond the file's ${reader.size} bytes; the file is cut off`);
  }
  if (reader.u16(58) !== headerSize) throw new ElfError('section headers of unknown size');
  const name = readNames(reader, start, count);
  const strippable: string[] = [];
  let isDebugFile = false;
  for (let index = 0; index < count; index += 1) {
    const at = start + index * headerSize;
    const type = reader.u32(at + 4);
    const text = name(reader.u32(at));
    if (type === symbolTable) strippable.push(text || '.symtab');
    else if (/^\.z?debug_/.test(text)) strippable.push(text);
    if (type === noBits && (reader.u32(at + 8) & executable) !== 0) isDebugFile = true;
  }
  return { strippable, isDebugFile };
}

/** The name at an offset of .shstrtab; empty where the file has none, or that offset is not in it. */
function readNames(reader: ElfReader, start: number, count: number): (offset: number) => string {
  const index = reader.u16(62);
  if (index === 0 || index >= count) return () => '';
  const at = start + index * headerSize;
  if (reader.u32(at + 4) === noBits) return () => '';
  const offset = reader.u64(at + 24);
  const end = offset + reader.u64(at + 32);
  if (end > reader.size)
    throw new ElfError("the sections' names lie beyond the file's end; the file is cut off");
  // As much of a name as tells what it is: names are not shown, and may be of any length.
  return (name) => (offset + name < end ? reader.start(offset + name, end, 32) : '');
}
