import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { auditTree } from '#lib/audit/audit.ts';
import type { PolicyData } from '#lib/audit/policy-data.ts';
import { type ElfFile, parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';
import { readTree } from '#lib/layer/tree.ts';
import { mutated, randomBytes, type Seed } from './mutations.ts';

/** Whatever the bytes are, the parser gives a file within the limits or an ElfError, and leaves the bytes alone. */
export function parserProperty(seeds: readonly Seed[]) {
  const input = fc.oneof(
    { weight: 4, arbitrary: mutated(seeds).map(({ bytes }) => bytes) },
    { weight: 1, arbitrary: randomBytes },
  );
  return fc.property(input, (bytes) => {
    const before = Buffer.from(bytes);
    const first = parse(bytes);
    if (!bytes.equals(before)) throw new Error('The parser changed what it read.');
    if (first !== undefined) checkLimits(first, bytes.length);
    // Nothing after the end of what a file says of itself matters, as long as nothing lies beyond it.
    const longer = parse(Buffer.concat([bytes, Buffer.alloc(64)]));
    if (first !== undefined && JSON.stringify(longer) !== JSON.stringify(first)) {
      throw new Error('Bytes after the end changed the result.');
    }
  });
}

/** The file, or undefined for an ElfError. Any other error is a defect. */
function parse(bytes: Buffer): ElfFile | undefined {
  try {
    return parseElf(bytes);
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}

function checkLimits(
  { needed, versionNeeds, versionDefinitions, loadedRanges }: ElfFile,
  size: number,
): void {
  const counts = [needed.length, versionNeeds.length, versionDefinitions.length];
  if (Math.max(...counts) > 8192) throw new Error(`More records than any file has: ${counts}`);
  let last = 0;
  for (const [start, end] of loadedRanges) {
    if (start < last || end <= start || end > size) throw new Error(`The range ${start} to ${end} is wrong.`);
    last = end;
  }
}

/** Whatever the files are, the audit ends, and what it says is data that its schema allows. */
export function auditProperty(
  seeds: readonly Seed[],
  { policy, folder, check }: AuditPropertyNeeds,
): fc.IAsyncProperty<unknown> {
  const names = ['bin/main', 'bin/other', 'lib/libself.so.3', 'lib/libx.so.1', 'lib/sub/a.so', 'bref/x.so'];
  const files = fc.dictionary(fc.constantFrom(...names), mutated(seeds), {
    minKeys: 1,
    noNullPrototype: true,
  });
  let round = 0;
  return fc.asyncProperty(files, async (tree) => {
    round += 1;
    const root = join(folder, String(round));
    try {
      for (const [path, { bytes }] of Object.entries(tree)) {
        await mkdir(join(root, dirname(path)), { recursive: true });
        await writeFile(join(root, path), bytes);
        await chmod(join(root, path), 0o755);
      }
      const audit = await auditTree(await readTree(root), { cpu: 'x86', policy, bases: [] });
      check(audit);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
}

interface AuditPropertyNeeds {
  readonly policy: PolicyData;
  /** Where the trees are made. */
  readonly folder: string;
  /** Throws for what the audit must not say. */
  readonly check: (audit: Awaited<ReturnType<typeof auditTree>>) => void;
}
