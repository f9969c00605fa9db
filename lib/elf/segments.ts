import { ElfError, type ElfReader } from './reader.ts';

/** A program header. */
export interface Segment {
  readonly type: number;
  /** Offset in the file, in bytes. */
  readonly offset: number;
  /** Address in the process. */
  readonly address: number;
  /** Size in the file. */
  readonly sizeBytes: number;
}

/** A range of the file, in bytes: `[start, end)`. */
export type Range = readonly [start: number, end: number];

/** p_type of the segments that the parser reads. */
export const segmentType = { load: 1, dynamic: 2, interpreter: 3 } as const;

const programHeaderBytes = 56;

/**
 * Reads the program headers.
 *
 * @throws ElfError if a segment of `segmentType` ends beyond the end of the file
 */
export function readSegments(reader: ElfReader): readonly Segment[] {
  const start = reader.u64(32);
  const count = reader.u16(56);
  if (count > 0 && reader.u16(54) !== programHeaderBytes)
    throw new ElfError('the program headers have an unknown size');
  const read = new Set<number>(Object.values(segmentType));
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * programHeaderBytes;
    const segment = {
      type: reader.u32(at),
      offset: reader.u64(at + 8),
      address: reader.u64(at + 16),
      sizeBytes: reader.u64(at + 32),
    };
    if (read.has(segment.type) && segment.offset + segment.sizeBytes > reader.sizeBytes) {
      throw new ElfError(
        `segment ${index} ends beyond the end of the file (${reader.sizeBytes} bytes), so the file is truncated`,
      );
    }
    return segment;
  });
}

/**
 * Converts an address to the offset of its bytes in the file.
 *
 * @returns the offset, and the end of the segment that contains it
 * @throws ElfError if no loaded segment contains the address
 */
export function offsetOf(address: number, segments: readonly Segment[]): { offset: number; end: number } {
  const segment = segments.find(
    (candidate) =>
      candidate.type === segmentType.load &&
      address >= candidate.address &&
      address < candidate.address + candidate.sizeBytes,
  );
  if (segment === undefined)
    throw new ElfError(`no loaded segment contains the address 0x${address.toString(16)}`);
  return { offset: segment.offset + (address - segment.address), end: segment.offset + segment.sizeBytes };
}

/**
 * Converts the address of a table to its offset in the file.
 *
 * @throws ElfError if the table is not completely inside one loaded segment
 */
export function tableOffset(address: number, sizeBytes: number, segments: readonly Segment[]): number {
  const { offset, end } = offsetOf(address, segments);
  if (sizeBytes > end - offset) {
    throw new ElfError(`the table at address 0x${address.toString(16)} ends beyond its segment`);
  }
  return offset;
}

/**
 * Lists the loaded ranges of the file, sorted and merged. Overlapping headers would otherwise multiply the work of a
 * search: a hostile file can have 65,535 headers that each cover the whole file.
 */
export function listLoadedRanges(segments: readonly Segment[]): readonly Range[] {
  const loaded = segments
    .filter(({ type, sizeBytes }) => type === segmentType.load && sizeBytes > 0)
    .toSorted((left, right) => left.offset - right.offset);
  const ranges: Range[] = [];
  for (const { offset, sizeBytes } of loaded) {
    const last = ranges.at(-1);
    const end = offset + sizeBytes;
    if (last === undefined || offset > last[1]) ranges.push([offset, end]);
    else if (end > last[1]) ranges[ranges.length - 1] = [last[0], end];
  }
  return ranges;
}
