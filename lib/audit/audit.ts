import type { ManifestElf } from '#lib/layer/manifest.ts';
import type { Tree } from '#lib/layer/tree.ts';
import { type AuditOptions, readAuditedLayer } from './audited-layer.ts';
import { completeFinding, type Finding, sortFindings } from './findings.ts';
import type { LayerBinary } from './layer-binary.ts';
import type { Resolution } from './loader.ts';
import { rules } from './rule-list.ts';
import type { UndefinedSymbols } from './undefined-symbols.ts';

/** Result of an audit. */
export interface Audit {
  /** Lambda runtime whose policy was applied. */
  readonly runtime: string;
  /** Names of the lower layers, the lowest first. */
  readonly lowerLayers: readonly string[];
  readonly findings: readonly Finding[];
  /**
   * For each ELF file, the libraries that it needs and the place of each: a path of the layer, `os`, `missing`, or
   * `<layer>:<path>` for a lower layer.
   */
  readonly libraries: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Symbols that the audit could not judge. Omitted if there are none. */
  readonly unchecked?: readonly Unchecked[];
  /** Facts for the manifest, which the audit of a layer on top of this one needs. */
  readonly elf: readonly ManifestElf[];
}

/** A gap of the audit: symbols of a file that only libraries with unknown symbols may define. */
export interface Unchecked {
  readonly file: string;
  /** Number of symbols. */
  readonly symbols: number;
  /** Libraries with unknown symbols: SONAMEs of the OS, `<layer>:<path>`, or "the program that loads it". */
  readonly libraries: readonly string[];
}

/** Checks a layer tree against all audit rules. Executes nothing, so it audits layers of any CPU. */
export async function auditTree(tree: Tree, options: AuditOptions): Promise<Audit> {
  const layer = await readAuditedLayer(tree, options);
  const findings: Finding[] = [];
  for (const rule of rules) {
    for await (const found of rule.check(layer)) findings.push(completeFinding(rule, found));
  }
  return {
    runtime: layer.policy.runtime,
    lowerLayers: options.lowerLayers.map(({ name }) => name),
    findings: sortFindings(findings),
    libraries: listLibraries(layer.resolutions),
    ...listUnchecked(layer.undefinedSymbols),
    elf: layer.objects.map(toManifest),
  };
}

function listUnchecked(undefinedSymbols: readonly UndefinedSymbols[]): Pick<Audit, 'unchecked'> {
  const unchecked = undefinedSymbols
    .filter((one) => one.unchecked.length > 0)
    .map(({ object, unchecked: symbols, unknown }) => ({
      file: object.path,
      symbols: symbols.length,
      libraries: unknown,
    }));
  return unchecked.length === 0 ? {} : { unchecked };
}

function toManifest({ path, elf }: LayerBinary): ManifestElf {
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

function listLibraries(resolutions: readonly Resolution[]): Audit['libraries'] {
  const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
    left < right ? -1 : 1;
  const byPath = Map.groupBy(resolutions, ({ object }) => object.path);
  const entries = [...byPath].map(([path, group]) => {
    const places = group.map(({ name, found }) => [name, describePlace(found)] as const);
    return [path, Object.fromEntries(places.sort(byName))] as const;
  });
  return Object.fromEntries(entries.sort(byName));
}

function describePlace(found: Resolution['found']): string {
  if (found.kind !== 'layer') return found.kind;
  const { path, lowerLayer } = found.object;
  return lowerLayer === undefined ? path : `${lowerLayer}:${path}`;
}
