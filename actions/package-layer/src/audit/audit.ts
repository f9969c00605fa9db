import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import type { Cpu } from '../../../shared/cpu.ts';
import { isElf, parseElf } from '../elf/elf.ts';
import { ElfError } from '../elf/reader.ts';
import type { Tree, TreeFile } from '../tree.ts';
import {
  checkForeignPaths,
  checkInterpreter,
  checkMachine,
  checkMachineCode,
  checkSearchPath,
  checkStripped,
  isRightMachine,
} from './binary-rules.ts';
import { checkFile, checkSymlink } from './file-rules.ts';
import { type Finding, sortFindings } from './findings.ts';
import { createPathResolver } from './layer-paths.ts';
import { checkCLibrary, checkDuplicates, checkResolution } from './library-rules.ts';
import type { LayerObject, Resolution } from './loader.ts';
import { lambdaPolicy, type Policy } from './policy.ts';
import { resolveLibraries } from './processes.ts';
import { checkVersions } from './version-rules.ts';

/** What is wrong with a tree, and where Lambda's loader finds each library. */
export interface Audit {
  /** The runtime whose policy was applied. */
  readonly runtime: string;
  readonly findings: readonly Finding[];
  /** For each ELF file the libraries that it needs: the layer's path, `os`, or `missing`. */
  readonly libraries: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Checks a tree for what would not work on Lambda. Everything is read and nothing is run, so that a tree of either
 * CPU is checked on either. File by file, one in memory at a time.
 */
export async function auditTree(tree: Tree, cpu: Cpu | 'any'): Promise<Audit> {
  // The paths and permissions that a layer for both CPUs is held to are those of either.
  const policy = lambdaPolicy(cpu === 'any' ? 'x86' : cpu);
  const resolve = createPathResolver(tree);
  const findings: Finding[] = [];
  const objects = new Map<string, LayerObject>();
  const hashes = new Map<string, string>();

  for (const entry of tree.entries) {
    if (entry.type === 'symlink') {
      findings.push(...checkSymlink(entry, resolve, policy));
      continue;
    }
    const kind = await readKind(entry);
    findings.push(...checkFile(entry, kind !== 'other'));
    if (kind !== 'elf') continue;
    const { object, found, hash } = await readObject(entry, cpu, policy);
    findings.push(...found);
    if (object !== undefined) objects.set(entry.path, object);
    hashes.set(entry.path, hash);
  }

  const resolutions = resolveLibraries({ policy, resolve, objects });
  findings.push(...checkDuplicates(objects.values(), hashes));
  findings.push(...resolutions.flatMap((resolution) => checkResolution(resolution, objects, policy)));
  const byObject = Map.groupBy(resolutions, ({ object }) => object);
  for (const object of objects.values()) {
    findings.push(...checkVersions(object, byObject.get(object) ?? [], policy));
  }
  return { runtime: policy.runtime, findings: sortFindings(findings), libraries: describe(byObject) };
}

/** By its first bytes: an ELF file, a script, or neither. */
async function readKind({ source }: TreeFile): Promise<'elf' | 'script' | 'other'> {
  const file = await open(source);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.subarray(0, bytesRead);
    if (isElf(start)) return 'elf';
    return start.toString('latin1', 0, 2) === '#!' ? 'script' : 'other';
  } finally {
    await file.close();
  }
}

/** One ELF file with the findings about it alone; without the object where no process could load it anyway. */
async function readObject(
  file: TreeFile,
  cpu: Cpu | 'any',
  policy: Policy,
): Promise<{ object: LayerObject | undefined; found: readonly Finding[]; hash: string }> {
  const bytes = await readFile(file.source);
  const hash = createHash('sha256').update(bytes).digest('hex');
  let object: LayerObject;
  try {
    object = { path: file.path, elf: parseElf(bytes) };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    return { object: undefined, found: [describeMalformed(file, error)], hash };
  }
  if (cpu === 'any') return { object: undefined, found: [checkMachineCode(object)], hash };
  if (!isRightMachine(object.elf, policy)) {
    return { object: undefined, found: checkMachine(object, policy), hash };
  }
  const found = [
    ...checkInterpreter(object, policy),
    ...checkStripped(object),
    ...checkSearchPath(object, policy),
    ...checkForeignPaths(object, bytes, policy),
    ...checkCLibrary(object, policy),
  ];
  return { object, found, hash };
}

function describeMalformed({ path }: TreeFile, { message }: ElfError): Finding {
  return {
    rule: 'malformed-elf',
    severity: 'error',
    file: path,
    subject: '',
    message: `The file begins like an ELF file and is none that a loader takes: ${message}. Build or copy it anew.`,
  };
}

function describe(byObject: ReadonlyMap<LayerObject, readonly Resolution[]>): Audit['libraries'] {
  const entries = [...byObject].map(([{ path }, resolutions]) => {
    const found = resolutions.map(
      (one) => [one.name, one.found.kind === 'layer' ? one.found.object.path : one.found.kind] as const,
    );
    return [path, Object.fromEntries(found.sort(([left], [right]) => (left < right ? -1 : 1)))] as const;
  });
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}
