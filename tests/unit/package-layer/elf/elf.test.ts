import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isElf, parseElf } from '../../../../actions/package-layer/src/elf/elf.ts';
import { createElfReader, ElfError } from '../../../../actions/package-layer/src/elf/reader.ts';
import { readSegments, type Segment } from '../../../../actions/package-layer/src/elf/segments.ts';
import { buildElf, x86Interpreter } from './elf-builder.ts';

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
      hasSymbolTable: true,
    });
  });

  test('tells a DT_RPATH from a DT_RUNPATH', () => {
    expect(parseElf(buildElf({ rpath: '/opt/lib' }))).toMatchObject({
      rpath: '/opt/lib',
      runpath: undefined,
    });
  });

  test('reads a static program, which has no dynamic section', () => {
    const elf = parseElf(buildElf({ isStatic: true, type: 2 }));
    expect(elf).toMatchObject({ type: 2, isDynamic: false, needed: [], interpreter: undefined });
  });

  test('takes a file without sections as stripped', () => {
    expect(parseElf(buildElf()).hasSymbolTable).toBe(false);
  });

  test('reads only the header of a 32-bit file', () => {
    const bytes = Buffer.alloc(52);
    bytes.write('\x7fELF\x01\x01\x01', 0, 'latin1');
    bytes.writeUInt16LE(40, 18);
    expect(parseElf(bytes)).toMatchObject({ bits: 32, machine: 40, needed: [] });
  });

  test('reads the machine of a big-endian file by its own byte order', () => {
    const bytes = buildElf();
    bytes[5] = 2;
    bytes.writeUInt16BE(183, 18);
    expect(parseElf(bytes)).toMatchObject({ endianness: 'big', machine: 183 });
  });

  test.each([
    ['a cut header', (bytes: Buffer) => bytes.subarray(0, 40), 'the header is cut off'],
    ['a cut file', (bytes: Buffer) => bytes.subarray(0, 300), 'the file is cut off'],
    ['an unknown class', patch((bytes) => bytes.writeUInt8(3, 4)), 'byte 4 of the header is 3'],
    ['an unknown byte order', patch((bytes) => bytes.writeUInt8(0, 5)), 'byte 5 of the header is 0'],
    ['program headers of another size', patch((bytes) => bytes.writeUInt16LE(32, 54)), 'unknown size'],
    [
      'program headers beyond the file',
      patch((bytes) => bytes.writeBigUInt64LE(1n << 40n, 32)),
      'beyond the file',
    ],
    ['an offset of 2^64', patch((bytes) => bytes.writeBigUInt64LE((1n << 64n) - 1n, 32)), 'too large'],
    [
      'a section table beyond the file',
      patch((bytes) => bytes.writeBigUInt64LE(1n << 20n, 40)),
      'beyond the file',
    ],
    ['no string table', patch((bytes) => setDynamic(bytes, 5, 99n, 0n)), 'names no string table'],
    ['a string table of no size', patch((bytes) => setDynamic(bytes, 10, 10n, 0n)), 'has no end'],
    [
      'a string table that is not loaded',
      patch((bytes) => setDynamic(bytes, 5, 5n, 1n << 30n)),
      'no loaded segment',
    ],
    [
      'a name beyond the string table',
      patch((bytes) => setDynamic(bytes, 14, 14n, 100_000n)),
      'beyond the file',
    ],
    [
      'a version table of endless length',
      patch((bytes) => setDynamic(bytes, 0x6fffffff, 0x6fffffffn, 1n << 31n)),
      'records',
    ],
  ])('rejects %s', (_, breakIt, message) => {
    const parse = (): unknown => parseElf(breakIt(buildElf(full)));
    expect(parse).toThrow(ElfError);
    expect(parse).toThrow(message);
  });

  test('stops at more needed libraries than any program has', () => {
    const needed = Array.from({ length: 4097 }, () => 'libx.so');
    expect(() => parseElf(buildElf({ needed }))).toThrow('more than 4096 libraries');
  });
});

describe('a broken file', () => {
  test.each([
    ['a small one made here', buildElf(full)],
    ['the node that runs this', readFileSync(process.execPath)],
  ])('never makes anything but an ElfError of %s', (_, bytes) => {
    const targets = [0, findDynamic(bytes).offset, findTable(bytes, 5), findTable(bytes, 0x6ffffffe)];
    const random = createRandom(20_260_101);
    const pick = (limit: number): number => Math.floor(random() * limit);
    for (let round = 0; round < 8000; round += 1) {
      const undo = Array.from({ length: pick(6) + 1 }, () => {
        const at = ((targets[pick(targets.length)] ?? 0) + pick(512)) % bytes.length;
        const before = bytes.readUInt8(at);
        bytes[at] = pick(3) === 0 ? 0xff : pick(256);
        return [at, before] as const;
      });
      expectElfOrError(round % 4 === 0 ? bytes.subarray(0, pick(bytes.length)) : bytes);
      for (const [at, before] of undo.reverse()) bytes[at] = before;
    }
  });

  test('is read wherever it is cut off', () => {
    const whole = buildElf(full);
    for (let length = 0; length < whole.length; length += 1) expectElfOrError(whole.subarray(0, length));
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

function expectElfOrError(bytes: Buffer): void {
  try {
    const elf = parseElf(bytes);
    expect(elf.needed.length + elf.versionNeeds.length + elf.versionDefinitions.length).toBeLessThan(30_000);
  } catch (error) {
    expect(error).toBeInstanceOf(ElfError);
  }
}

/** Linear congruential generator (Numerical Recipes): the same changes in every run. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function patch(change: (bytes: Buffer) => unknown): (bytes: Buffer) => Buffer {
  return (bytes) => {
    change(bytes);
    return bytes;
  };
}

/** Gives the first dynamic entry with a tag another tag and value. */
function setDynamic(bytes: Buffer, tag: number, newTag: bigint, value: bigint): void {
  const at = findEntry(bytes, tag);
  bytes.writeBigUInt64LE(newTag, at);
  bytes.writeBigUInt64LE(value, at + 8);
}

function findEntry(bytes: Buffer, tag: number): number {
  let at = findDynamic(bytes).offset;
  while (bytes.readBigUInt64LE(at) !== BigInt(tag)) at += 16;
  return at;
}

/** The offset of the table that a dynamic entry's address leads to. */
function findTable(bytes: Buffer, tag: number): number {
  const address = Number(bytes.readBigUInt64LE(findEntry(bytes, tag) + 8));
  const segment = readSegments(createElfReader(bytes)).find(
    (one) => one.type === 1 && address >= one.address && address < one.address + one.size,
  );
  return address - (segment?.address ?? Number.NaN) + (segment?.offset ?? Number.NaN);
}

function findDynamic(bytes: Buffer): Segment {
  const segment = readSegments(createElfReader(bytes)).find(({ type }) => type === 2);
  if (segment === undefined) throw new Error('The file has no dynamic section.');
  return segment;
}
