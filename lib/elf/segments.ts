import { ElfError, type ElfReader } from './reader.ts';

/** One program header. Offsets and sizes in bytes of the file, addresses in the process. */
export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** A range of the file: `[start, end)`. */
export type Range = readonly [start: number, end: number];

/** p_type of the segments that are read here. */
export const segmentType = { load: 1, dynamic: 2, interpreter: 3 } as const;

const programHeaderSize = 56;

/** The program headers. Throws an ElfError where one that is read here leaves the file. */
export function readSegments(reader: ElfReader): readonly Segment[] {
  const start = reader.u64(32);
  const count = reader.u16(56);
  if (count > 0 && reader.u16(54) !== programHeaderSize)
    throw new ElfError('program headers of unknown size');
  const read = new Set<number>(Object.values(segmentType));
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * programHeaderSize;
    const segment = {
      type: reader.u32(at),
      offset: reader.u64(at + 8),
      address: reader.u64(at + 16),
      size: reader.u64(at + 32),
    };
    if (read.has(segment.type) && segment.offset + segment.size > reader.size) {
      throw new ElfError(`segment ${index} ends beyond the file's ${reader.size} bytes; the file is cut off`);
    }
    return segment;
  });
}

/** Where the bytes that are loaded at an address lie in the file. Throws an ElfError for an address not loaded. */
export function offsetOf(address: number, segments: readonly Segment[]): { offset: number; end: number } {
  const segment = segments.find(
    (candidate) =>
      candidate.type === segmentType.load &&
      address >= candidate.address &&
      address < candidate.address + candidate.size,
  );
  if (segment === undefined) throw new ElfError(`address 0x${address.toString(16)} is in no loaded segment`);
  return { offset: segment.offset + (address - segment.address), end: segment.offset + segment.size };
}

/** Where a table of known size lies in the file. Throws an ElfError where it is not loaded as a whole. */
export function tableAt(address: number, size: number, segments: readonly Segment[]): number {
  const { offset, end } = offsetOf(address, segments);
  if (size > end - offset) {
    throw new ElfError(`the table at address 0x${address.toString(16)} leaves its segment`);
  }
  return offset;
}

/**
 * The ranges of the file that are loaded, sorted, none twice: headers that overlap (a hostile file may have 65,535 of
 * the whole file) must not multiply the work of whoever searches them.
 */
export function loadedRanges(segments: readonly Segment[]): readonly Range[] {
  const loaded = segments
    .filter(({ type, size }) => type === segmentType.load && size > 0)
    .toSorted((left, right) => left.offset - right.offset);
  const ranges: Range[] = [];
  for (const { offset, size } of loaded) {
    const last = ranges.at(-1);
    if (last === undefined || offset > last[1]) ranges.push([offset, offset + size]);
    else if (offset + size > last[1]) ranges[ranges.length - 1] = [last[0], offset + size];
  }
  return ranges;
}
