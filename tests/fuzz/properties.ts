import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { auditTree } from '#lib/audit/audit.ts';
import type { PolicyData } from '#lib/audit/policy-data.ts';
import { type ElfFile, parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';
import { readTree } from '#lib/layer/tree.ts';
import { mutatedFile, randomBytes, type Seed } from './mutations.ts';

/** For any bytes, the parser returns a file within limits or throws an ElfError, and does not change the bytes. */
export function parserProperty(seeds: readonly Seed[]) {
  const input = fc.oneof(
    { weight: 4, arbitrary: mutatedFile(seeds).map(({ bytes }) => bytes) },
    { weight: 1, arbitrary: randomBytes },
  );
  return fc.property(input, (bytes) => {
    const before = Buffer.from(bytes);
    const first = parse(bytes);
    if (!bytes.equals(before)) throw new Error('The parser changed its input.');
    if (first !== undefined) checkLimits(first, bytes.length);
    // Bytes after the end of a well-formed file must not change the result.
    const longer = parse(Buffer.concat([bytes, Buffer.alloc(64)]));
    if (first !== undefined && JSON.stringify(longer) !== JSON.stringify(first)) {
      throw new Error('Bytes after the end of the file changed the result.');
    }
  });
}

/** Returns undefined after an ElfError. Any other error is a defect. */
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
  sizeBytes: number,
): void {
  const counts = [needed.length, versionNeeds.length, versionDefinitions.length];
  if (Math.max(...counts) > 8192) throw new Error(`The file has more records than any real file: ${counts}.`);
  let last = 0;
  for (const [start, end] of loadedRanges) {
    if (start < last || end <= start || end > sizeBytes)
      throw new Error(`The loaded range from ${start} to ${end} overlaps another one or exceeds the file.`);
    last = end;
  }
}

/** For any files, the audit ends, and its result passes `check`. */
export function auditProperty(
  seeds: readonly Seed[],
  { policy, folder, check }: AuditPropertyOptions,
): fc.IAsyncProperty<unknown> {
  const names = ['bin/main', 'bin/other', 'lib/libself.so.3', 'lib/libx.so.1', 'lib/sub/a.so', 'bref/x.so'];
  const files = fc.dictionary(fc.constantFrom(...names), mutatedFile(seeds), {
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
      const audit = await auditTree(await readTree(root), { cpu: 'x86', policy, lowerLayers: [] });
      check(audit);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
}

interface AuditPropertyOptions {
  readonly policy: PolicyData;
  /** Folder for temporary layer trees. */
  readonly folder: string;
  /** Throws if the result of the audit is wrong. */
  readonly check: (audit: Awaited<ReturnType<typeof auditTree>>) => void;
}
