import type { Dynamic } from './dynamic.ts';
import { ElfError, type ElfReader } from './reader.ts';
import { offsetOf, type Segment } from './segments.ts';

/** One record of DT_VERNEED: a version that a library must define. */
export interface VersionRecord {
  /** The SONAME that is to define it. */
  readonly library: string;
  /** Such as `GLIBC_2.34`. */
  readonly version: string;
  /** All references are weak: the loader only warns where the version is missing. */
  readonly isWeak: boolean;
  /** By which symbols refer to it. */
  readonly index: number;
}

/** One record of DT_VERDEF: a version that the file offers. */
export interface VersionDefinition {
  readonly version: string;
  readonly index: number;
}

const flagBase = 1;
const flagWeak = 2;
/** The highest bit of an index says that a symbol is not the default one of its name. */
export const indexMask = 0x7fff;

/** libstdc++, the largest real case, defines about 60; the cap stops chains that a hostile file makes endless. */
const mostRecords = 8192;

/**
 * Reads DT_VERNEED: DT_VERNEEDNUM records, one a library, each with a chain of versions. Layout: Linux Standard
 * Base, "Symbol Versioning". Throws an ElfError where a chain leaves the file or has no end.
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
  for (const at of chain(reader, first, value('versionNeedCount') ?? 0, 12)) {
    const library = name(reader.u32(at + 4));
    for (const entry of chain(reader, at + reader.u32(at + 8), reader.u16(at + 2), 12)) {
      needs.push({
        library,
        version: name(reader.u32(entry + 8)),
        isWeak: (reader.u16(entry + 4) & flagWeak) !== 0,
        index: reader.u16(entry + 6) & indexMask,
      });
      if (needs.length > mostRecords) throw new ElfError('the version needs have no end');
    }
  }
  return needs;
}

/** Reads DT_VERDEF: the versions that a library offers, without the one that is its own file name. */
export function readVersionDefinitions(
  reader: ElfReader,
  { value, name }: Dynamic,
  segments: readonly Segment[],
): readonly VersionDefinition[] {
  const address = value('versionDefinitions');
  if (address === undefined) return [];
  const first = offsetOf(address, segments).offset;
  const versions: VersionDefinition[] = [];
  for (const at of chain(reader, first, value('versionDefinitionCount') ?? 0, 16)) {
    const isFileName = (reader.u16(at + 2) & flagBase) !== 0;
    if (isFileName) continue;
    const version = name(reader.u32(at + reader.u32(at + 12)));
    versions.push({ version, index: reader.u16(at + 4) & indexMask });
  }
  return versions;
}

/**
 * The offsets of `count` records, each of which says at `+distance`, in its last word, how far off the next one is.
 * A step of 0 ends the chain early.
 */
function* chain(reader: ElfReader, first: number, count: number, distance: number): Generator<number> {
  if (count > mostRecords) throw new ElfError(`a version table promises ${count} records`);
  let at = first;
  for (let index = 0; index < count; index += 1) {
    yield at;
    const step = reader.u32(at + distance);
    if (step === 0) return;
    at += step;
  }
}
