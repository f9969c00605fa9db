/** Fields that a test sets. The defaults make a small shared library for x86-64. */
export interface ElfDescription {
  readonly machine?: number;
  readonly type?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly soname?: string;
  readonly rpath?: string;
  readonly runpath?: string;
  readonly versionNeeds?: readonly {
    readonly library: string;
    readonly versions: readonly string[];
    readonly isWeak?: boolean;
  }[];
  readonly versionDefinitions?: readonly string[];
  /** Needed symbols, each with its version from `versionNeeds`. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Defined symbols, each with its version from `versionDefinitions`, or `''`. */
  readonly exports?: Readonly<Record<string, string>>;
  /** Adds a section table with a .symtab. */
  readonly symbolTable?: boolean;
  /** Text in a loaded segment. */
  readonly data?: string;
  /** Omits PT_DYNAMIC. */
  readonly isStatic?: boolean;
}

export const x86Interpreter = '/lib64/ld-linux-x86-64.so.2';
export const armInterpreter = '/lib/ld-linux-aarch64.so.1';

/**
 * Builds an ELF-64 file according to elf.h. One readable and writable segment contains the whole file, and addresses
 * equal offsets. The file has no code, but glibc's loader can map it and list the libraries that it needs.
 */
export function buildElf(description: ElfDescription = {}): Buffer {
  const isProgram = description.interpreter !== undefined;
  const segmentCount = (isProgram ? 3 : 1) + (description.isStatic ? 0 : 1);
  const image = createImage(64 + segmentCount * 56);
  const segments: Segment[] = [];
  if (isProgram) {
    // From PT_PHDR, the loader learns the address at which the kernel loaded the program.
    segments.push({ type: 6, offset: 64, sizeBytes: segmentCount * 56 });
    const text = Buffer.from(`${description.interpreter}\0`);
    segments.push({ type: 3, offset: image.append(text), sizeBytes: text.length });
  }
  if (description.data !== undefined) image.append(Buffer.from(`\0${description.data}\0`));
  if (!description.isStatic) {
    const dynamic = buildDynamic(image, description);
    segments.push({ type: 2, offset: image.append(dynamic), sizeBytes: dynamic.length });
  }
  const loadedBytes = image.sizeBytes();
  const sections = description.symbolTable ? appendSections(image) : 0;
  const bytes = image.bytes();
  writeHeader(bytes, description, segmentCount, sections);
  // PT_PHDR must come before PT_LOAD.
  const load = { type: 1, offset: 0, sizeBytes: loadedBytes };
  const ordered = isProgram ? [...segments.slice(0, 1), load, ...segments.slice(1)] : [load, ...segments];
  ordered.forEach((segment, index) => {
    writeSegment(bytes, 64 + index * 56, segment);
  });
  return bytes;
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

interface Image {
  append(part: Buffer): number;
  sizeBytes(): number;
  bytes(): Buffer;
}

function createImage(reservedBytes: number): Image {
  const parts: Buffer[] = [Buffer.alloc(reservedBytes)];
  let sizeBytes = reservedBytes;
  return {
    append: (part) => {
      const padding = (8 - (sizeBytes % 8)) % 8;
      parts.push(Buffer.alloc(padding), part);
      sizeBytes += padding + part.length;
      return sizeBytes - part.length;
    },
    sizeBytes: () => sizeBytes,
    bytes: () => Buffer.concat(parts),
  };
}

function buildDynamic(image: Image, description: ElfDescription): Buffer {
  const strings = createStrings();
  let nextIndex = firstNeed(description);
  const needs = (description.versionNeeds ?? []).map((need) => ({
    ...need,
    file: strings.add(need.library),
    names: need.versions.map((version) => ({
      version,
      offset: strings.add(version),
      index: nextIndex++,
    })),
  }));
  const definitions = [description.soname ?? 'self', ...(description.versionDefinitions ?? [])].map(
    (version) => ({ version, offset: strings.add(version) }),
  );
  const symbols = listSymbols(description, strings);
  const entries: [number, number][] = (description.needed ?? []).map((name) => [1, strings.add(name)]);
  if (description.soname !== undefined) entries.push([14, strings.add(description.soname)]);
  if (description.rpath !== undefined) entries.push([15, strings.add(description.rpath)]);
  if (description.runpath !== undefined) entries.push([29, strings.add(description.runpath)]);
  if (needs.length > 0)
    entries.push([0x6ffffffe, image.append(buildNeeds(needs))], [0x6fffffff, needs.length]);
  if (definitions.length > 1) {
    entries.push([0x6ffffffc, image.append(buildDefinitions(definitions))], [0x6ffffffd, definitions.length]);
  }
  const text = strings.bytes();
  // The loader needs a symbol table that starts with the empty symbol, the versions of the symbols, and a hash table.
  if (needs.length > 0 || definitions.length > 1) {
    const versions = Buffer.from(Uint16Array.from([0, ...symbols.map(({ version }) => version)]).buffer);
    entries.push([0x6ffffff0, image.append(versions)]);
  }
  const table = Buffer.concat([Buffer.alloc(24), ...symbols.map(buildSymbol)]);
  entries.push([5, image.append(text)], [10, text.length], [6, image.append(table)], [11, 24]);
  // All symbols are in the chain of one bucket.
  const chain = symbols.map((_, index) => (index === symbols.length - 1 ? 0 : index + 2));
  const hashTable = words(1, symbols.length + 1, symbols.length === 0 ? 0 : 1, 0, ...chain);
  entries.push([4, image.append(hashTable)], [0, 0]);
  const bytes = Buffer.alloc(entries.length * 16);
  entries.forEach(([tag, value], index) => {
    bytes.writeBigUInt64LE(BigInt(tag), index * 16);
    bytes.writeBigUInt64LE(BigInt(value), index * 16 + 8);
  });
  return bytes;
}

interface Symbol {
  readonly name: number;
  readonly isDefined: boolean;
  /** Index of a need or definition. */
  readonly version: number;
}

/** Definitions have the numbers from 2 (1 is the file's own name), and needs have the following ones. */
function listSymbols(description: ElfDescription, strings: Strings): readonly Symbol[] {
  const { imports = {}, exports = {}, versionNeeds = [], versionDefinitions = [] } = description;
  const defined = ['', '', ...versionDefinitions];
  const needed = versionNeeds.flatMap(({ versions }) => versions);
  return [
    ...Object.entries(imports).map(([name, version]) => ({
      name: strings.add(name),
      isDefined: false,
      version: firstNeed(description) + needed.indexOf(version),
    })),
    ...Object.entries(exports).map(([name, version]) => ({
      name: strings.add(name),
      isDefined: true,
      version: version === '' ? 1 : defined.indexOf(version),
    })),
  ];
}

function firstNeed({ versionDefinitions = [] }: ElfDescription): number {
  return versionDefinitions.length + 2;
}

/** Elf64_Sym of a global function. If it is defined, it is in section 1 at address 0. */
function buildSymbol({ name, isDefined }: Symbol): Buffer {
  return words(name, 0x12 | ((isDefined ? 1 : 0) << 16), 0, 0, 0, 0);
}

interface Name {
  readonly version: string;
  readonly offset: number;
}

interface NeededName extends Name {
  readonly index: number;
}

function buildNeeds(
  needs: readonly { file: number; names: readonly NeededName[]; isWeak?: boolean }[],
): Buffer {
  return Buffer.concat(
    needs.map(({ file, names, isWeak }, index) => {
      const isLast = index === needs.length - 1;
      const head = words(1 | (names.length << 16), file, 16, isLast ? 0 : 16 + names.length * 16);
      const versions = names.map(({ version, offset, index: number }, place) =>
        words(hash(version), (isWeak ? 2 : 0) | (number << 16), offset, place === names.length - 1 ? 0 : 16),
      );
      return Buffer.concat([head, ...versions]);
    }),
  );
}

function buildDefinitions(definitions: readonly Name[]): Buffer {
  return Buffer.concat(
    definitions.map(({ version, offset }, index) =>
      words(
        1 | ((index === 0 ? 1 : 0) << 16),
        (index + 1) | (1 << 16),
        hash(version),
        20,
        index === definitions.length - 1 ? 0 : 28,
        offset,
        0,
      ),
    ),
  );
}

function appendSections(image: Image): number {
  const table = Buffer.alloc(2 * 64);
  table.writeUInt32LE(2, 64 + 4);
  return image.append(table);
}

function writeHeader(bytes: Buffer, description: ElfDescription, segments: number, sections: number): void {
  bytes.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  bytes.writeUInt16LE(description.type ?? 3, 16);
  bytes.writeUInt16LE(description.machine ?? 62, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeBigUInt64LE(BigInt(sections), 40);
  bytes.writeUInt16LE(64, 52);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(segments, 56);
  bytes.writeUInt16LE(64, 58);
  bytes.writeUInt16LE(sections === 0 ? 0 : 2, 60);
}

function writeSegment(bytes: Buffer, at: number, { type, offset, sizeBytes }: Segment): void {
  bytes.writeUInt32LE(type, at);
  bytes.writeUInt32LE(6, at + 4);
  for (const field of [8, 16, 24]) bytes.writeBigUInt64LE(BigInt(offset), at + field);
  for (const field of [32, 40]) bytes.writeBigUInt64LE(BigInt(sizeBytes), at + field);
  bytes.writeBigUInt64LE(type === 1 ? 0x10000n : 8n, at + 48);
}

interface Strings {
  add(text: string): number;
  bytes(): Buffer;
}

function createStrings(): Strings {
  let all = '\0';
  return {
    add: (text) => {
      const offset = all.length;
      all += `${text}\0`;
      return offset;
    },
    bytes: () => Buffer.from(all, 'latin1'),
  };
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value >>> 0, index * 4);
  });
  return bytes;
}

/** Hash function of the System V ABI, with which the loader compares versions. */
function hash(text: string): number {
  let value = 0;
  for (const byte of Buffer.from(text)) {
    value = ((value << 4) + byte) >>> 0;
    const high = value & 0xf0000000;
    value = ((value ^ (high >>> 24)) & ~high) >>> 0;
  }
  return value;
}
