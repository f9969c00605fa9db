import fc from 'fast-check';
import { readDynamic } from '#lib/elf/dynamic.ts';
import { createElfReader } from '#lib/elf/reader.ts';
import { offsetOf, readSegments } from '#lib/elf/segments.ts';

/** A change of a file. Positions are taken modulo the file's size, so that a change fits any file. */
type Change =
  | { readonly kind: 'write'; readonly place: Place; readonly width: 1 | 2 | 4 | 8; readonly value: Value }
  | { readonly kind: 'copy'; readonly from: Place; readonly to: Place; readonly length: number }
  | { readonly kind: 'cut'; readonly at: number };

interface Place {
  /** Index among the file's targets, or anywhere in the file. */
  readonly target: number | 'anywhere';
  readonly offset: number;
}

type Value =
  | { readonly kind: 'number'; readonly number: bigint }
  /** A value near the file's size, which bounds checks compare with. */
  | { readonly kind: 'near end'; readonly distance: number }
  /** The place of another part of the file: makes tables overlap and chains endless. */
  | { readonly kind: 'place'; readonly place: Place };

const place: fc.Arbitrary<Place> = fc.record({
  target: fc.oneof(
    { weight: 9, arbitrary: fc.nat(20) },
    { weight: 1, arbitrary: fc.constant('anywhere' as const) },
  ),
  offset: fc.oneof(fc.nat(63), fc.nat(511), fc.nat()),
});

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.record({
    kind: fc.constant('number' as const),
    number: fc.oneof(
      fc.constantFrom(
        0n,
        1n,
        2n,
        0x7fn,
        0xffn,
        0x7fffn,
        0xffffn,
        0x7fffffffn,
        0xffffffffn,
        1n << 53n,
        (1n << 64n) - 1n,
      ),
      fc.bigInt(0n, (1n << 64n) - 1n),
      fc.bigInt(0n, 64n),
    ),
  }),
  fc.record({ kind: fc.constant('near end' as const), distance: fc.integer({ min: -64, max: 64 }) }),
  fc.record({ kind: fc.constant('place' as const), place }),
);

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      place,
      width: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
      value,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('copy' as const), from: place, to: place, length: fc.nat(256) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      at: fc.nat(1000).map((thousandth) => thousandth / 1000),
    }),
  },
);

/** A real file, with the offsets of its headers and tables. */
export interface Seed {
  readonly name: string;
  readonly bytes: Buffer;
  readonly targets: readonly number[];
}

export function createSeed(name: string, bytes: Buffer): Seed {
  return { name, bytes, targets: findTargets(bytes) };
}

/** Copies of the seeds with one to eight changes. */
export function mutatedFile(
  seeds: readonly Seed[],
): fc.Arbitrary<{ readonly name: string; readonly bytes: Buffer }> {
  return fc
    .record({
      seed: fc.constantFrom(...seeds),
      changes: fc.array(change, { minLength: 1, maxLength: 8 }),
    })
    .map(({ seed, changes }) => ({
      name: seed.name,
      bytes: changes.reduce(apply(seed), Buffer.from(seed.bytes)),
    }));
}

/** Random bytes. Many start like a 64-bit little-endian ELF file, to pass the first checks. */
export const randomBytes: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom('', '\x7fELF', '\x7fELF\x02\x01\x01'), fc.uint8Array({ maxLength: 512 }))
  .map(([magic, rest]) => Buffer.concat([Buffer.from(magic, 'latin1'), rest]));

const apply =
  ({ targets }: Seed) =>
  (bytes: Buffer, step: Change): Buffer => {
    if (bytes.length < 8) return bytes;
    const find = ({ target, offset }: Place): number =>
      ((target === 'anywhere' ? 0 : (targets[target % targets.length] ?? 0)) + offset) % bytes.length;
    switch (step.kind) {
      case 'cut':
        return bytes.subarray(0, Math.floor(bytes.length * step.at));
      case 'copy':
        bytes.copy(bytes, find(step.to), find(step.from), find(step.from) + step.length);
        return bytes;
      case 'write': {
        const number = evaluate(step.value, bytes, find);
        const word = Buffer.alloc(8);
        word.writeBigUInt64LE(BigInt.asUintN(64, number));
        word.copy(bytes, find(step.place), 0, step.width);
        return bytes;
      }
    }
  };

function evaluate(value: Value, bytes: Buffer, find: (place: Place) => number): bigint {
  if (value.kind === 'number') return value.number;
  return BigInt(value.kind === 'place' ? find(value.place) : bytes.length + value.distance);
}

/** Lists the offsets of the header, the program headers, the section headers, the dynamic section and its tables. */
function findTargets(bytes: Buffer): readonly number[] {
  const reader = createElfReader(bytes);
  const segments = readSegments(reader);
  const dynamicSegment = segments.find(({ type }) => type === 2);
  const found = [0, reader.u64(32), reader.u64(40)];
  if (dynamicSegment === undefined) return found;
  const dynamic = readDynamic(reader, dynamicSegment, segments);
  const tables = (
    [
      'strings',
      'symbols',
      'hash',
      'gnuHash',
      'symbolVersions',
      'versionNeeds',
      'versionDefinitions',
      'relocations',
    ] as const
  )
    .map((tag) => dynamic.value(tag))
    .filter((address) => address !== undefined)
    .map((address) => offsetOf(address, segments).offset);
  // The dynamic section counts twice, because it contains most of the fields.
  return [...found, dynamicSegment.offset, dynamicSegment.offset, ...tables];
}
