import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { type ElfFile, isElf, parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import type { ManifestElf } from '#lib/layer/manifest.ts';
import { describeUnreadable, type Tree, type TreeFile } from '#lib/layer/tree.ts';
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
import { type Finding, findingOf, sortFindings } from './findings.ts';
import { createPathResolver } from './layer-paths.ts';
import { checkCLibrary, checkDuplicates, checkResolution } from './library-rules.ts';
import type { LayerObject, Resolution } from './loader.ts';
import { checkBaseDuplicates, checkFolders, checkOverwrite } from './lower-layer-rules.ts';
import type { BaseLayer } from './lower-layers.ts';
import { createPolicy, type Policy } from './policy.ts';
import type { PolicyData } from './policy-data.ts';
import { resolveLibraries } from './processes.ts';
import { stackLayers } from './stack.ts';
import { checkVersions } from './version-rules.ts';

export interface AuditOptions {
  readonly cpu: Cpu | 'any';
  readonly policy: PolicyData;
  /** The layers that lie below this one, the lowest first. */
  readonly bases: readonly BaseLayer[];
}

/** What is wrong with a tree, and where Lambda's loader finds each library. */
export interface Audit {
  /** The runtime whose policy was applied. */
  readonly runtime: string;
  /** Names of the layers below, the lowest first. */
  readonly bases: readonly string[];
  readonly findings: readonly Finding[];
  /**
   * For each ELF file the libraries that it needs: the layer's path, `os`, `missing`, or `<layer>:<path>` of a layer
   * below.
   */
  readonly libraries: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the audit of a layer on top of this one will have to know. */
  readonly elf: readonly ManifestElf[];
}

/** A file of the layer that a process can load. */
interface OwnObject extends LayerObject {
  readonly elf: ElfFile;
}

/**
 * Checks a tree for what would not work on Lambda. Everything is read and nothing is run, so that a tree of either
 * CPU is checked on either. File by file, one in memory at a time.
 */
export async function auditTree(tree: Tree, { cpu, policy: data, bases }: AuditOptions): Promise<Audit> {
  // The paths and permissions that a layer for both CPUs is held to are those of either.
  const policy = createPolicy(data, cpu === 'any' ? 'x86' : cpu);
  const stack = stackLayers(bases, tree);
  const resolve = createPathResolver(stack.paths);
  const findings: Finding[] = [...checkFolders(tree.folders, stack)];
  const own = new Map<string, OwnObject>();
  const hashes = new Map<string, string>();

  for (const entry of tree.entries) {
    findings.push(...(await checkOverwrite(entry, stack, async (file) => hashOf(await readBytes(file)))));
    if (entry.type === 'symlink') {
      findings.push(...checkSymlink(entry, resolve, policy));
      continue;
    }
    const kind = await readKind(entry);
    findings.push(...checkFile(entry, kind !== 'other'));
    if (kind !== 'elf') continue;
    const { object, found, hash } = await readObject(entry, cpu, policy);
    findings.push(...found);
    if (object !== undefined) own.set(entry.path, object);
    hashes.set(entry.path, hash);
  }

  const libraries = [...own.values(), ...stack.objectsBelow];
  const objects = new Map(libraries.map((object) => [object.path, object]));
  const resolutions = resolveLibraries({ policy, resolve, objects });
  // What the layers below need among themselves was their own audits' affair.
  const byObject = Map.groupBy(
    resolutions.filter(({ object }) => object.base === undefined),
    ({ object }) => object,
  );
  findings.push(...checkDuplicates(own.values(), hashes), ...checkBaseDuplicates(own.values(), stack));
  for (const [object, found] of byObject) {
    findings.push(...found.flatMap((one) => checkResolution(one, objects, policy)));
    findings.push(...checkVersions(object as OwnObject, found, policy, libraries));
  }
  for (const object of own.values()) {
    if (!byObject.has(object)) findings.push(...checkVersions(object, [], policy, libraries));
  }
  return {
    runtime: policy.runtime,
    bases: bases.map(({ name }) => name),
    findings: sortFindings(findings),
    libraries: describe(byObject),
    elf: [...own.values()].map(toManifest),
  };
}

/** By its first bytes: an ELF file, a script, or neither. */
async function readKind({ source }: TreeFile): Promise<'elf' | 'script' | 'other'> {
  const file = await open(source).catch(describeUnreadable(source));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.subarray(0, bytesRead);
    if (isElf(start)) return 'elf';
    return start.toString('latin1', 0, 2) === '#!' ? 'script' : 'other';
  } finally {
    await file.close();
  }
}

function readBytes({ source }: TreeFile): Promise<Buffer> {
  return readFile(source).catch(describeUnreadable(source));
}

/** One ELF file with the findings about it alone; without the object where no process could load it anyway. */
async function readObject(
  file: TreeFile,
  cpu: Cpu | 'any',
  policy: Policy,
): Promise<{ object: OwnObject | undefined; found: readonly Finding[]; hash: string }> {
  const bytes = await readBytes(file);
  const hash = hashOf(bytes);
  let object: OwnObject;
  try {
    object = { path: file.path, elf: parseElf(bytes), base: undefined };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    const message = `The file begins like an ELF file and breaks the format: ${error.message}.`;
    return { object: undefined, found: [findingOf('malformed-elf', { file: file.path, message })], hash };
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
  return { object: object.elf.isDynamic ? object : undefined, found, hash };
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function toManifest({ path, elf }: OwnObject): ManifestElf {
  const { interpreter, soname, needed, rpath, runpath, versionDefinitions } = elf;
  return {
    path,
    ...(interpreter !== undefined && { interpreter }),
    ...(soname !== undefined && { soname }),
    needed,
    ...(rpath !== undefined && { rpath }),
    ...(runpath !== undefined && { runpath }),
    versionDefinitions,
  };
}

function describe(byObject: ReadonlyMap<LayerObject, readonly Resolution[]>): Audit['libraries'] {
  const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
    left < right ? -1 : 1;
  const entries = [...byObject].map(([{ path }, resolutions]) => {
    const found = resolutions.map(({ name, found }) => [name, describePlace(found)] as const);
    return [path, Object.fromEntries(found.sort(byName))] as const;
  });
  return Object.fromEntries(entries.sort(byName));
}

function describePlace(found: Resolution['found']): string {
  if (found.kind !== 'layer') return found.kind;
  const { path, base } = found.object;
  return base === undefined ? path : `${base}:${path}`;
}
