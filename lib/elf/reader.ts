/** A file that calls itself ELF and breaks the format: the message says where. */
export class ElfError extends Error {
  override name = 'ElfError';
}

/**
 * Reads little-endian numbers and strings at offsets of one file. Every read is checked against the file's end and
 * throws an ElfError beyond it, so that no value found in a broken file can lead outside of it.
 */
export interface ElfReader {
  readonly size: number;
  u8(offset: number): number;
  u16(offset: number): number;
  u32(offset: number): number;
  /** A 64-bit number; an ElfError above 2^53 - 1, which no offset or size of a real file reaches. */
  u64(offset: number): number;
  /** The bytes up to the next NUL, as UTF-8. The NUL must come before `end` and within `longest` bytes. */
  text(offset: number, end: number, longest?: number): string;
  /** As `text`, but cut at `end` or `longest` where no NUL comes before. */
  start(offset: number, end: number, longest: number): string;
}

/** Linux's PATH_MAX: no name of a library, symbol version or interpreter is longer in a file that can be loaded. */
const longestName = 4096;

export function createElfReader(bytes: Buffer): ElfReader {
  const check = (offset: number, length: number): number => {
    if (offset < 0 || offset + length > bytes.length) {
      throw new ElfError(`offset ${offset} lies beyond the file's ${bytes.length} bytes`);
    }
    return offset;
  };
  return {
    size: bytes.length,
    u8: (offset) => bytes.readUInt8(check(offset, 1)),
    u16: (offset) => bytes.readUInt16LE(check(offset, 2)),
    u32: (offset) => bytes.readUInt32LE(check(offset, 4)),
    u64: (offset) => {
      const value = bytes.readBigUInt64LE(check(offset, 8));
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ElfError(`the number at ${offset} is too large`);
      return Number(value);
    },
    text: (offset, end, longest = longestName) => {
      check(offset, 1);
      const limit = Math.min(end, bytes.length, offset + longest);
      const terminator = bytes.subarray(offset, limit).indexOf(0);
      if (terminator === -1) throw new ElfError(`the text at ${offset} has no end`);
      return bytes.toString('utf8', offset, offset + terminator);
    },
    start: (offset, end, longest) => {
      const limit = Math.min(end, bytes.length, check(offset, 1) + longest);
      const terminator = bytes.subarray(offset, limit).indexOf(0);
      return bytes.toString('latin1', offset, terminator === -1 ? limit : offset + terminator);
    },
  };
}
