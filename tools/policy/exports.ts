import { groupExports, hasOnlyPrefixes } from '#lib/audit/os-exports.ts';
import type {
  ArchitectureData,
  ExportGroups,
  LibraryExports,
  PolicyData,
  PolicySource,
} from '#lib/audit/policy-data.ts';
import type { OsFacts, OsLibrary } from './os-facts.ts';

type CpuName = OsFacts['architecture'];

const cpuNames = ['x86_64', 'arm64'] as const satisfies readonly CpuName[];

/** More names would make the policy too large. The longest list, of libxml2, has 1,700. */
const maxNames = 2000;

/** Libraries that were read on some CPUs. */
export interface ReadLibraries {
  readonly libraries: ReadonlyMap<string, OsLibrary>;
  readonly cpus: readonly CpuName[];
  readonly source: PolicySource;
}

/** Lists the SONAMEs whose exports the policy has, or has to get. */
export function listedLibraries({ exports = {}, architectures }: PolicyData): readonly string[] {
  const lists = [exports, ...cpuNames.map((cpu) => architectures[cpu].exports ?? {})];
  return [...new Set(lists.flatMap((list) => Object.keys(list)))].sort();
}

/**
 * Replaces the exports of the listed libraries, with their sources. A list that is equal on both CPUs is stored once. A
 * library that was not read keeps its list.
 */
export function mergeExports(policy: PolicyData, read: ReadLibraries): PolicyData {
  const names = listedLibraries(policy);
  if (names.length === 0) return policy;
  const sources = new Map(Object.entries(policy.sources));
  const both: Record<string, ExportGroups> = {};
  const single: Record<CpuName, Record<string, ExportGroups>> = { x86_64: {}, arm64: {} };
  for (const name of names) {
    const x86 = describeExports(policy, read, name, 'x86_64');
    const arm = describeExports(policy, read, name, 'arm64');
    const isEqual = JSON.stringify(x86.groups) === JSON.stringify(arm.groups);
    for (const key of sourceKeys(name)) sources.delete(key);
    if (isEqual) {
      both[name] = x86.groups;
      setSource(sources, `exports.${name}`, read.cpus.includes('arm64') ? arm.source : x86.source);
      continue;
    }
    for (const [cpu, { groups, source }] of [['x86_64', x86] as const, ['arm64', arm] as const]) {
      single[cpu][name] = groups;
      setSource(sources, `architectures.${cpu}.exports.${name}`, source);
    }
  }
  return {
    ...policy,
    sources: Object.fromEntries(sources),
    exports: both,
    architectures: {
      x86_64: withExports(policy.architectures.x86_64, single.x86_64),
      arm64: withExports(policy.architectures.arm64, single.arm64),
    },
  };
}

interface DescribedExports {
  readonly groups: ExportGroups;
  readonly source: PolicySource | undefined;
}

function describeExports(
  policy: PolicyData,
  { libraries, cpus, source }: ReadLibraries,
  name: string,
  cpu: CpuName,
): DescribedExports {
  const [ofCpu, ofBoth] = sourceKeys(name, cpu);
  const before = policy.architectures[cpu].exports?.[name] ?? policy.exports?.[name] ?? {};
  const library = libraries.get(name);
  if (library === undefined || !cpus.includes(cpu)) {
    return { groups: before, source: policy.sources[ofCpu ?? ''] ?? policy.sources[ofBoth ?? ''] };
  }
  // The names of symbol versions are symbols too, but no code refers to them.
  const versions = new Set(library.versionDefinitions);
  const names = library.exports.filter((symbol) => !versions.has(symbol));
  return { groups: groupExports(names, hasOnlyPrefixes(before) || names.length > maxNames), source };
}

/** Keys of a library's exports in `sources`, the most specific first. */
function sourceKeys(name: string, ...cpus: readonly CpuName[]): readonly string[] {
  const specific = (cpus.length === 0 ? cpuNames : cpus).map((cpu) => `architectures.${cpu}.exports.${name}`);
  return [...specific, `exports.${name}`];
}

function setSource(sources: Map<string, PolicySource>, key: string, source: PolicySource | undefined): void {
  if (source !== undefined) sources.set(key, source);
}

function withExports(data: ArchitectureData, exports: LibraryExports): ArchitectureData {
  const { exports: _before, ...others } = data;
  return Object.keys(exports).length === 0 ? others : { ...others, exports };
}
