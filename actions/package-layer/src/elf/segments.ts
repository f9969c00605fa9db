import { ElfError, type ElfReader } from './reader.ts';

/** One program header. Offsets and sizes in bytes of the file, addresses in the process. */
export interface Segment {
  readonly type: number;
  readonly isExecutable: boolean;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** p_type of the segments that are read here. */
export const segmentType = { load: 1, dynamic: 2, interpreter: 3 } as const;

const programHeaderSize = 56;
const executable = 1;

/** The program headers. Throws an ElfError where one that is read here leaves the file. */
export function readSegments(reader: ElfReader): readonly Segment[] {
  const start = reader.u64(32);
  const count = reader.u16(56);
  if (count > 0 && reader.u16(54) !== programHeaderSize)
    throw new ElfError('program headers of unknown size');
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * programHeaderSize;
    const segment = {
      type: reader.u32(at),
      isExecutable: (reader.u32(at + 4) & executable) !== 0,
      offset: reader.u64(at + 8),
      address: reader.u64(at + 16),
      size: reader.u64(at + 32),
    };
    const isRead = (Object.values(segmentType) as number[]).includes(segment.type);
    if (isRead && segment.offset + segment.size > reader.size) {
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
