import { isNotOnLambda, newestVersions } from '#lib/audit/policy.ts';
import type { ArchitectureData, PolicyData } from '#lib/audit/policy-data.ts';
import type { OsFacts } from './os-facts.ts';

/**
 * A policy with what was read of the OS in place of what it said before. What cannot be read stays, and so does its
 * source: of an image, what Lambda lacks of it and how Lambda searches; of either, the other CPU.
 */
export function mergeFacts(policy: PolicyData, facts: OsFacts): PolicyData {
  const { architecture, source } = facts;
  const isProbe = source.kind === 'probe';
  const notOnLambda = isProbe ? findNotOnLambda(policy, facts) : policy.notOnLambda;
  const architectures = {
    ...policy.architectures,
    [architecture]: describeArchitecture(facts, { notOnLambda }),
  };
  const read = [...facts.libraries.values()].flatMap(({ versionDefinitions }) => versionDefinitions);
  const newest = newestVersions(read);
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
    libraryVersions: withoutKnown(policy.libraryVersions, architectures),
    // With a slash at the end, what Lambda itself makes; an image does not have it.
    paths: policy.paths.filter((path) => path.endsWith('/') || facts.hasPath(path) !== false),
    foreignPaths: policy.foreignPaths.filter((path) => facts.hasPath(path) !== true),
    architectures,
  };
}

function describeArchitecture(
  { interpreter, libraries }: OsFacts,
  policy: Pick<PolicyData, 'notOnLambda'>,
): ArchitectureData {
  const sonames = [...libraries.keys()].filter((name) => !isNotOnLambda(policy, name)).sort();
  // Programs ask for versions of a SONAME; the longer names of the same files would only repeat them.
  const versions = sonames.flatMap((name) => {
    const library = libraries.get(name);
    const isAsked = library !== undefined && (library.soname ?? name) === name;
    return isAsked ? [[name, [...new Set(library.versionDefinitions)]] as const] : [];
  });
  return { interpreter, sonames, versionDefinitions: Object.fromEntries(versions) };
}

/**
 * Names that the policy had, from the container image, and that the function did not find; and what it had called
 * missing and is still missing. A file's name changes with each update of the OS: that a library is there is told by
 * any name that begins like it.
 */
function findNotOnLambda(policy: PolicyData, { architecture, libraries }: OsFacts): readonly string[] {
  const isThere = (name: string): boolean =>
    [...libraries.keys()].some((other) => name === other || name.startsWith(`${other}.`));
  const gone = [...policy.notOnLambda, ...policy.architectures[architecture].sonames].filter(
    (name) => !isThere(name),
  );
  const shortest = gone.filter((name) => !gone.some((other) => name.startsWith(`${other}.`)));
  return [...new Set(shortest)].sort();
}

/** What was inferred of a library goes once it is read on every CPU. */
function withoutKnown(
  inferred: PolicyData['libraryVersions'],
  architectures: PolicyData['architectures'],
): PolicyData['libraryVersions'] {
  const isRead = (library: string): boolean =>
    Object.values(architectures).every(
      ({ versionDefinitions }) => versionDefinitions?.[library] !== undefined,
    );
  return Object.fromEntries(Object.entries(inferred).filter(([library]) => !isRead(library)));
}
