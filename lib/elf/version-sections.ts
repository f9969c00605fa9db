import type { Dynamic } from './dynamic.ts';
import { ElfError, type ElfReader } from './reader.ts';
import { offsetOf, type Segment } from './segments.ts';

/** A record of DT_VERNEED: a version that a library must define. */
export interface VersionRecord {
  /** SONAME of that library. */
  readonly library: string;
  /** Name of the version, such as `GLIBC_2.34`. */
  readonly version: string;
  /** Whether all references are weak. The loader then only warns if the version is missing. */
  readonly isWeak: boolean;
  /** Number by which symbols refer to the record. */
  readonly index: number;
}

/** A record of DT_VERDEF: a version that the file defines. */
export interface VersionDefinition {
  readonly version: string;
  readonly index: number;
}

const flagBase = 1;
const flagWeak = 2;
/** Removes the highest bit of an index, which marks a symbol version that is not the default of its symbol. */
export const indexMask = 0x7fff;

/** libstdc++, the largest real case, defines about 60. The limit stops endless chains in hostile files. */
const maxRecords = 8192;

/**
 * Reads DT_VERNEED: DT_VERNEEDNUM records, one per library, each with a chain of versions (Linux Standard Base, "Symbol
 * Versioning").
 *
 * @throws ElfError if a chain leaves the file or is endless
 */
export function readVersionNeeds(
  reader: ElfReader,
  { value, name }: Dynamic,
  segments: readonly Segment[],
): readonly VersionRecord[] {
  const address = value('versionNeeds');
  if (address === undefined) return [];
  const first = offsetOf(address, segments).offset;
  const needs: VersionRecord[] = [];
  for (const at of walkChain(reader, first, value('versionNeedCount') ?? 0, 12)) {
    const library = name(reader.u32(at + 4));
    for (const entry of walkChain(reader, at + reader.u32(at + 8), reader.u16(at + 2), 12)) {
      needs.push({
        library,
        version: name(reader.u32(entry + 8)),
        isWeak: (reader.u16(entry + 4) & flagWeak) !== 0,
        index: reader.u16(entry + 6) & indexMask,
      });
      if (needs.length > maxRecords) throw new ElfError('it needs too many symbol versions');
    }
  }
  return needs;
}

/** Reads DT_VERDEF, except the record that contains the library's file name. */
export function readVersionDefinitions(
  reader: ElfReader,
  { value, name }: Dynamic,
  segments: readonly Segment[],
): readonly VersionDefinition[] {
  const address = value('versionDefinitions');
  if (address === undefined) return [];
  const first = offsetOf(address, segments).offset;
  const versions: VersionDefinition[] = [];
  for (const at of walkChain(reader, first, value('versionDefinitionCount') ?? 0, 16)) {
    const isFileName = (reader.u16(at + 2) & flagBase) !== 0;
    if (isFileName) continue;
    const version = name(reader.u32(at + reader.u32(at + 12)));
    versions.push({ version, index: reader.u16(at + 4) & indexMask });
  }
  return versions;
}

/**
 * Yields the offsets of the records of a chain. A step of 0 ends the chain early.
 *
 * @param stepOffset offset, within a record, of the distance to the next record
 */
function* walkChain(reader: ElfReader, first: number, count: number, stepOffset: number): Generator<number> {
  if (count > maxRecords) throw new ElfError(`a version table claims to have ${count} records`);
  let at = first;
  for (let index = 0; index < count; index += 1) {
    yield at;
    const step = reader.u32(at + stepOffset);
    if (step === 0) return;
    at += step;
  }
}
