import { describe, expect, test } from 'vitest';
import { isElf, parseElf } from '#lib/elf/elf.ts';
import { createElfReader, ElfError } from '#lib/elf/reader.ts';
import { readSegments, type Segment } from '#lib/elf/segments.ts';
import { buildElf, x86Interpreter } from '../../../fixtures/elf-builder.ts';

const full = {
  interpreter: x86Interpreter,
  needed: ['libx.so.1', 'libc.so.6'],
  soname: 'libself.so.3',
  runpath: '$ORIGIN/../lib',
  versionNeeds: [
    { library: 'libx.so.1', versions: ['X_1', 'X_2'] },
    { library: 'libc.so.6', versions: ['GLIBC_2.34'], isWeak: true },
  ],
  versionDefinitions: ['SELF_1', 'SELF_2'],
  symbolTable: true,
};

describe('parseElf', () => {
  test('reads header, loader, needed libraries, search path and symbol versions', () => {
    expect(parseElf(buildElf(full))).toMatchObject({
      bits: 64,
      endianness: 'little',
      machine: 62,
      type: 3,
      interpreter: x86Interpreter,
      isDynamic: true,
      needed: ['libx.so.1', 'libc.so.6'],
      soname: 'libself.so.3',
      rpath: undefined,
      runpath: '$ORIGIN/../lib',
      versionNeeds: [
        { library: 'libx.so.1', version: 'X_1', isWeak: false },
        { library: 'libx.so.1', version: 'X_2', isWeak: false },
        { library: 'libc.so.6', version: 'GLIBC_2.34', isWeak: true },
      ],
      versionDefinitions: ['SELF_1', 'SELF_2'],
      strippableSections: ['.symtab'],
    });
  });

  test('distinguishes a DT_RPATH from a DT_RUNPATH', () => {
    expect(parseElf(buildElf({ rpath: '/opt/lib' }))).toMatchObject({
      rpath: '/opt/lib',
      runpath: undefined,
    });
  });

  test('reads a static program, which has no dynamic section', () => {
    const elf = parseElf(buildElf({ isStatic: true, type: 2 }));
    expect(elf).toMatchObject({ type: 2, isDynamic: false, needed: [], interpreter: undefined });
  });

  test('reads the symbols that need a version, and the symbols that have one', () => {
    const elf = parseElf(
      buildElf({
        versionNeeds: [
          { library: 'libx.so.1', versions: ['X_1', 'X_2'] },
          { library: 'libc.so.6', versions: ['GLIBC_2.34'] },
        ],
        versionDefinitions: ['SELF_1', 'SELF_2'],
        imports: { x_write: 'X_2', x_open: 'X_1', x_close: 'X_1' },
        exports: { self: 'SELF_2', plain: '' },
      }),
    );
    expect(elf.versionNeeds).toEqual([
      { library: 'libx.so.1', version: 'X_1', isWeak: false, symbols: ['x_close', 'x_open'] },
      { library: 'libx.so.1', version: 'X_2', isWeak: false, symbols: ['x_write'] },
      { library: 'libc.so.6', version: 'GLIBC_2.34', isWeak: false, symbols: [] },
    ]);
    const found = [
      ['self', 'SELF_2'],
      ['self', 'SELF_1'],
      ['plain', 'SELF_1'],
      ['x_open', 'X_1'],
    ].map(([symbol = '', version = '']) => elf.defines?.(symbol, version));
    expect(found).toEqual([true, false, true, false]);
    expect(parseElf(buildElf({ versionNeeds: [] })).defines).toBeUndefined();
  });

  test.each([
    { case: 'without any version', description: {} },
    {
      case: 'beside symbols with versions',
      description: {
        versionNeeds: [{ library: 'libx.so.1', versions: ['X_1'] }],
        versionDefinitions: ['SELF_1'],
      },
    },
  ])('reads needed symbols without a version, and all defined names, $case', ({ description }) => {
    const hasVersions = 'versionNeeds' in description;
    const elf = parseElf(
      buildElf({
        ...description,
        imports: { plain: '', ...(hasVersions && { x_open: 'X_1' }) },
        exports: { own: '', ...(hasVersions && { self: 'SELF_1' }) },
      }),
    );
    expect(elf.imports).toEqual(['plain']);
    expect([...elf.exports]).toEqual(hasVersions ? ['own', 'self'] : ['own']);
  });

  test('assigns the symbols of a duplicate index to the last need, as the loader does', () => {
    const bytes = buildElf({
      versionNeeds: [{ library: 'libx.so.1', versions: ['X_1', 'X_2'] }],
      imports: { first: 'X_1', second: 'X_2' },
    });
    const record = tableOf(bytes, 0x6ffffffe) + 16;
    const index = (at: number): number => record + at * 16 + 6;
    bytes.writeUInt16LE(bytes.readUInt16LE(index(1)), index(0));
    expect(parseElf(bytes).versionNeeds.map(({ symbols }) => symbols)).toEqual([[], ['second']]);
  });

  test('treats a file without sections as stripped', () => {
    expect(parseElf(buildElf()).strippableSections).toEqual([]);
  });

  test('reads only the header of a 32-bit file', () => {
    const bytes = Buffer.alloc(52);
    bytes.write('\x7fELF\x01\x01\x01', 0, 'latin1');
    bytes.writeUInt16LE(40, 18);
    expect(parseElf(bytes)).toMatchObject({ bits: 32, machine: 40, needed: [] });
  });

  test('reads the machine of a big-endian file in its byte order', () => {
    const bytes = buildElf();
    bytes[5] = 2;
    bytes.writeUInt16BE(183, 18);
    expect(parseElf(bytes)).toMatchObject({ endianness: 'big', machine: 183 });
  });

  test.each([
    ['a truncated header', (bytes: Buffer) => bytes.subarray(0, 40), 'the header is truncated'],
    ['a truncated file', (bytes: Buffer) => bytes.subarray(0, 300), 'the file is truncated'],
    ['an unknown class', patch((bytes) => bytes.writeUInt8(3, 4)), 'byte 4 of the header is 3'],
    ['an unknown byte order', patch((bytes) => bytes.writeUInt8(0, 5)), 'byte 5 of the header is 0'],
    ['program headers of another size', patch((bytes) => bytes.writeUInt16LE(32, 54)), 'unknown size'],
    [
      'program headers beyond the file',
      patch((bytes) => bytes.writeBigUInt64LE(1n << 40n, 32)),
      'beyond the end of the file',
    ],
    ['an offset of 2^64', patch((bytes) => bytes.writeBigUInt64LE((1n << 64n) - 1n, 32)), 'too large'],
    [
      'a section table beyond the file',
      patch((bytes) => bytes.writeBigUInt64LE(1n << 20n, 40)),
      'beyond the end of the file',
    ],
    ['no string table', patch((bytes) => setDynamic(bytes, 5, 99n, 0n)), 'has no string table'],
    ['an empty string table', patch((bytes) => setDynamic(bytes, 10, 10n, 0n)), 'is not terminated'],
    [
      'a string table that is not loaded',
      patch((bytes) => setDynamic(bytes, 5, 5n, 1n << 30n)),
      'no loaded segment',
    ],
    [
      'a name beyond the string table',
      patch((bytes) => setDynamic(bytes, 14, 14n, 100_000n)),
      'beyond the end of the file',
    ],
    [
      'more symbols than its segment holds',
      patch((bytes) => bytes.writeUInt32LE(100, tableOf(bytes, 4) + 4)),
      'ends beyond its segment',
    ],
    [
      'a hash table that ends beyond its segment',
      patch((bytes) => {
        setDynamic(bytes, 4, 0x6ffffef5n, BigInt(tableOf(bytes, 4)));
        bytes.writeUInt32LE(1 << 20, tableOf(bytes, 0x6ffffef5));
      }),
      'the symbol hash table ends beyond its segment',
    ],
    [
      'a version table that is too long',
      patch((bytes) => setDynamic(bytes, 0x6fffffff, 0x6fffffffn, 1n << 31n)),
      'records',
    ],
  ])('rejects %s', (_, breakIt, message) => {
    const parse = (): unknown => parseElf(breakIt(buildElf(full)));
    expect(parse).toThrow(ElfError);
    expect(parse).toThrow(message);
  });

  test('rejects a name that is longer than any path', () => {
    expect(() => parseElf(buildElf({ needed: ['x'.repeat(5000)] }))).toThrow('is not terminated');
  });

  test('lists loaded ranges once if program headers overlap', () => {
    const bytes = buildElf({ interpreter: x86Interpreter, isStatic: true });
    // PT_PHDR and PT_INTERP become PT_LOAD segments that cover the whole file.
    for (const at of [64, 64 + 2 * 56]) {
      bytes.writeUInt32LE(1, at);
      bytes.writeBigUInt64LE(0n, at + 8);
      bytes.writeBigUInt64LE(BigInt(bytes.length), at + 32);
    }
    expect(parseElf(bytes).loadedRanges).toEqual([[0, bytes.length]]);
  });

  test('rejects more needed libraries than any program has', () => {
    const needed = Array.from({ length: 4097 }, () => 'libx.so');
    expect(() => parseElf(buildElf({ needed }))).toThrow('more than 4096 libraries');
  });
});

test.each([
  ['an ELF file', buildElf(), true],
  ['a script', Buffer.from('#!/bin/sh\n'), false],
  ['an empty file', Buffer.alloc(0), false],
  ['three bytes of the magic number', Buffer.from('\x7fEL', 'latin1'), false],
])('isElf of %s is %s', (_, bytes, expected) => {
  expect(isElf(bytes)).toBe(expected);
});

function patch(change: (bytes: Buffer) => unknown): (bytes: Buffer) => Buffer {
  return (bytes) => {
    change(bytes);
    return bytes;
  };
}

/** Replaces the tag and value of the first dynamic entry with a tag. */
function setDynamic(bytes: Buffer, tag: number, newTag: bigint, value: bigint): void {
  const at = findEntry(bytes, tag);
  bytes.writeBigUInt64LE(newTag, at);
  bytes.writeBigUInt64LE(value, at + 8);
}

/** Returns the offset of a table. In files of the builder, addresses equal offsets. */
function tableOf(bytes: Buffer, tag: number): number {
  return Number(bytes.readBigUInt64LE(findEntry(bytes, tag) + 8));
}

function findEntry(bytes: Buffer, tag: number): number {
  let at = findDynamic(bytes).offset;
  while (bytes.readBigUInt64LE(at) !== BigInt(tag)) at += 16;
  return at;
}

function findDynamic(bytes: Buffer): Segment {
  const segment = readSegments(createElfReader(bytes)).find(({ type }) => type === 2);
  if (segment === undefined) throw new Error('The file has no dynamic section.');
  return segment;
}
