import { open } from 'node:fs/promises';
import { isElf, parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import { type Tree, type TreeFile, type TreeSymlink, throwUnreadable } from '#lib/layer/tree.ts';
import { hashContent, readContent } from './file-content.ts';
import { findForeignPaths } from './foreign-paths.ts';
import type { LayerBinary } from './layer-binary.ts';
import { createPathResolver, type ResolvePath } from './layer-paths.ts';
import type { Resolution } from './loader.ts';
import type { LowerLayer } from './lower-layers.ts';
import { isForMachine } from './machines.ts';
import { createPolicy, type Policy } from './policy.ts';
import type { PolicyData } from './policy-data.ts';
import { resolveLibraries } from './processes.ts';
import { type Stack, stackLayers } from './stack.ts';
import { findUndefinedSymbols, type UndefinedSymbols } from './undefined-symbols.ts';
import { type JudgedVersion, judgeVersions } from './version-verdicts.ts';

export interface AuditOptions {
  /** `any`: the layer must not contain machine code. */
  readonly cpu: Cpu | 'any';
  readonly policy: PolicyData;
  /** Lower layers, the lowest first. */
  readonly lowerLayers: readonly LowerLayer[];
}

/** A layer as the audit rules see it. */
export interface AuditedLayer {
  readonly cpu: Cpu | 'any';
  /**
   * Libraries and paths of Lambda's OS. If `cpu` is `any`, this is the policy for x86, because both CPUs have the same
   * paths.
   */
  readonly policy: Policy;
  readonly files: readonly LayerFile[];
  readonly symlinks: readonly TreeSymlink[];
  readonly folders: ReadonlySet<string>;
  /** Files that start like ELF files but break the format. */
  readonly malformedFiles: readonly MalformedFile[];
  /** Well-formed ELF files for any machine. */
  readonly elfFiles: readonly LayerBinary[];
  /** ELF files for the layer's CPU. Empty if `cpu` is `any`. */
  readonly binaries: readonly LayerBinary[];
  /** Binaries that the loader handles: all except static programs. */
  readonly objects: readonly LayerBinary[];
  /** Result of the loader's search for each library that an object of this layer needs. */
  readonly resolutions: readonly Resolution[];
  /** Verdict on each symbol version that an object of this layer needs. */
  readonly versionVerdicts: readonly JudgedVersion[];
  /** Symbols without a version that no library is known to define. */
  readonly undefinedSymbols: readonly UndefinedSymbols[];
  /** This layer on top of its lower layers. */
  readonly stack: Stack;
  /** Follows an absolute path on Lambda. */
  readonly resolvePath: ResolvePath;
}

export interface LayerFile extends TreeFile {
  /** Kind of content according to the first bytes. */
  readonly kind: 'elf' | 'script' | 'other';
}

export interface MalformedFile {
  readonly path: string;
  /** Violation of the format, as a clause: `the header is truncated`. */
  readonly fault: string;
}

/** Reads a layer tree for the audit, one file in memory at a time. Executes nothing, so it reads layers of any CPU. */
export async function readAuditedLayer(tree: Tree, options: AuditOptions): Promise<AuditedLayer> {
  const { cpu, lowerLayers } = options;
  const policy = createPolicy(options.policy, cpu === 'any' ? 'x86' : cpu);
  const files: LayerFile[] = [];
  const elfFiles: LayerBinary[] = [];
  const malformedFiles: MalformedFile[] = [];
  for (const entry of tree.entries) {
    if (entry.type === 'symlink') continue;
    const kind = await readKind(entry);
    files.push({ ...entry, kind });
    if (kind !== 'elf') continue;
    const result = await readBinary(entry, policy);
    if ('fault' in result) malformedFiles.push(result);
    else elfFiles.push(result);
  }

  const binaries = cpu === 'any' ? [] : elfFiles.filter(({ elf }) => isForMachine(elf, policy.machine));
  const objects = binaries.filter(({ elf }) => elf.isDynamic);
  const stack = stackLayers(lowerLayers, tree);
  const resolvePath = createPathResolver(stack.paths);
  const allObjects = new Map([...objects, ...stack.lowerObjects].map((object) => [object.path, object]));
  const allResolutions = resolveLibraries({ policy, resolvePath, objects: allObjects });
  // The audits of the lower layers have judged the libraries that those layers need.
  const resolutions = allResolutions.filter(({ object }) => object.lowerLayer === undefined);
  return {
    cpu,
    policy,
    files,
    symlinks: tree.entries.filter((entry) => entry.type === 'symlink'),
    folders: tree.folders,
    malformedFiles,
    elfFiles,
    binaries,
    objects,
    resolutions,
    versionVerdicts: judgeVersions(objects, resolutions, policy),
    undefinedSymbols: findUndefinedSymbols(objects, allResolutions, [...allObjects.values()], policy),
    stack,
    resolvePath,
  };
}

async function readKind({ source }: TreeFile): Promise<LayerFile['kind']> {
  const file = await open(source).catch(throwUnreadable(source));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.subarray(0, bytesRead);
    if (isElf(start)) return 'elf';
    return start.toString('latin1', 0, 2) === '#!' ? 'script' : 'other';
  } finally {
    await file.close();
  }
}

/** Reads the content once, because layers can have hundreds of megabytes. */
async function readBinary(file: TreeFile, policy: Policy): Promise<LayerBinary | MalformedFile> {
  const { path } = file;
  const content = await readContent(file);
  try {
    const elf = parseElf(content);
    const foreignPaths = findForeignPaths(elf, content, policy.foreignPaths);
    return { path, elf, lowerLayer: undefined, file, sha256: hashContent(content), foreignPaths };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    return { path, fault: error.message };
  }
}
