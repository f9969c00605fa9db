import { isNotOnLambda, newestVersions } from '#lib/audit/policy.ts';
import type { ArchitectureData, PolicyData } from '#lib/audit/policy-data.ts';
import { mergeExports } from './exports.ts';
import type { OsFacts } from './os-facts.ts';

/**
 * Merges facts about an OS into a policy. Parts that cannot be read stay unchanged, with their sources: always the other
 * CPU's, and for an image also `notOnLambda` and `searchOrder`.
 */
export function mergeFacts(start: PolicyData, facts: OsFacts): PolicyData {
  const { architecture, source } = facts;
  // The probe reads the exports of listed libraries only, and reports none for the others.
  const libraries = new Map([...facts.libraries].filter(([, { exports }]) => exports.length > 0));
  const policy = mergeExports(start, { libraries, cpus: [architecture], source });
  const isProbe = source.kind === 'probe';
  const notOnLambda = isProbe ? findNotOnLambda(policy, facts) : policy.notOnLambda;
  const architectures = {
    ...policy.architectures,
    [architecture]: describeArchitecture(facts, policy, notOnLambda),
  };
  const definitions = [...facts.libraries.values()].flatMap(({ versionDefinitions }) => versionDefinitions);
  const newest = newestVersions(definitions);
  return {
    ...policy,
    sources: {
      ...policy.sources,
      osFolders: source,
      symbolVersions: source,
      paths: source,
      foreignPaths: source,
      ...(isProbe && { notOnLambda: source, searchOrder: source }),
      [`architectures.${architecture}`]: source,
    },
    searchOrder: facts.searchOrder ?? policy.searchOrder,
    osFolders: facts.osFolders,
    notOnLambda,
    symbolVersions: Object.fromEntries(
      Object.entries(policy.symbolVersions).map(([family, number]) => [family, newest.get(family) ?? number]),
    ),
    libraryVersions: dropInferredVersions(policy.libraryVersions, architectures),
    // Lambda itself creates the paths that end with a slash, so an image lacks them.
    paths: policy.paths.filter((path) => path.endsWith('/') || facts.hasPath(path) !== false),
    foreignPaths: policy.foreignPaths.filter((path) => facts.hasPath(path) !== true),
    architectures,
  };
}

function describeArchitecture(
  { architecture, interpreter, libraries }: OsFacts,
  policy: PolicyData,
  notOnLambda: PolicyData['notOnLambda'],
): ArchitectureData {
  const { exports } = policy.architectures[architecture];
  const sonames = [...libraries.keys()].filter((name) => !isNotOnLambda({ notOnLambda }, name)).sort();
  // Programs name a library by its SONAME. Longer names of the same file would only repeat its versions.
  const versions = sonames.flatMap((name) => {
    const library = libraries.get(name);
    const isSoname = library !== undefined && (library.soname ?? name) === name;
    return isSoname ? [[name, [...new Set(library.versionDefinitions)]] as const] : [];
  });
  return {
    interpreter,
    sonames,
    versionDefinitions: Object.fromEntries(versions),
    ...(exports !== undefined && { exports }),
  };
}

/**
 * Lists the libraries that the policy names, as offered or as missing, but the probe did not find. Updates of the OS
 * change the ends of file names, so `libx.so.1.2` counts as found if `libx.so.1` exists.
 */
function findNotOnLambda(policy: PolicyData, { architecture, libraries }: OsFacts): readonly string[] {
  const exists = (name: string): boolean =>
    [...libraries.keys()].some((other) => name === other || name.startsWith(`${other}.`));
  const missing = [...policy.notOnLambda, ...policy.architectures[architecture].sonames].filter(
    (name) => !exists(name),
  );
  const shortest = missing.filter((name) => !missing.some((other) => name.startsWith(`${other}.`)));
  return [...new Set(shortest)].sort();
}

/** Drops inferred versions of libraries whose versions have been read on every CPU. */
function dropInferredVersions(
  inferred: PolicyData['libraryVersions'],
  architectures: PolicyData['architectures'],
): PolicyData['libraryVersions'] {
  const isRead = (library: string): boolean =>
    Object.values(architectures).every(
      ({ versionDefinitions }) => versionDefinitions?.[library] !== undefined,
    );
  return Object.fromEntries(Object.entries(inferred).filter(([library]) => !isRead(library)));
}
