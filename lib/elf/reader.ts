/** An ELF file breaks the format. The message is a clause that names the violation and its place. */
export class ElfError extends Error {
  override name = 'ElfError';
}

/**
 * Reads little-endian numbers and strings at offsets of one file. Throws an ElfError if a read passes the end of the
 * file, so that no value in a broken file can lead outside of it.
 */
export interface ElfReader {
  readonly sizeBytes: number;
  u8(offset: number): number;
  u16(offset: number): number;
  u32(offset: number): number;
  /** Reads a 64-bit number. Throws an ElfError above 2^53 - 1, which no offset or size of a real file reaches. */
  u64(offset: number): number;
  /** Reads UTF-8 up to the next NUL. Throws an ElfError if there is none before `end` and within `maxBytes`. */
  text(offset: number, end: number, maxBytes?: number): string;
  /** Reads Latin-1 up to the next NUL, but neither beyond `end` nor more than `maxBytes`. */
  textStart(offset: number, end: number, maxBytes: number): string;
}

/** Linux's PATH_MAX. In a loadable file, no name of a library, symbol version or interpreter is longer. */
const maxNameBytes = 4096;

export function createElfReader(bytes: Buffer): ElfReader {
  const check = (offset: number, length: number): number => {
    if (offset < 0 || offset + length > bytes.length) {
      throw new ElfError(`offset ${offset} is beyond the end of the file (${bytes.length} bytes)`);
    }
    return offset;
  };
  return {
    sizeBytes: bytes.length,
    u8: (offset) => bytes.readUInt8(check(offset, 1)),
    u16: (offset) => bytes.readUInt16LE(check(offset, 2)),
    u32: (offset) => bytes.readUInt32LE(check(offset, 4)),
    u64: (offset) => {
      const value = bytes.readBigUInt64LE(check(offset, 8));
      if (value > BigInt(Number.MAX_SAFE_INTEGER))
        throw new ElfError(`the number at offset ${offset} is too large`);
      return Number(value);
    },
    text: (offset, end, maxBytes = maxNameBytes) => {
      check(offset, 1);
      const limit = Math.min(end, bytes.length, offset + maxBytes);
      const terminator = bytes.subarray(offset, limit).indexOf(0);
      if (terminator === -1) throw new ElfError(`the text at offset ${offset} is not terminated`);
      return bytes.toString('utf8', offset, offset + terminator);
    },
    textStart: (offset, end, maxBytes) => {
      const limit = Math.min(end, bytes.length, check(offset, 1) + maxBytes);
      const terminator = bytes.subarray(offset, limit).indexOf(0);
      return bytes.toString('latin1', offset, terminator === -1 ? limit : offset + terminator);
    },
  };
}
