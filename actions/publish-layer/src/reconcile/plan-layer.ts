import { describeGrant, type GrantRead } from '#lib/aws/grants.ts';
import type { Grant, VersionDescription } from '#lib/aws/lambda.ts';
import type { Layer } from '#lib/layer/layer.ts';

/** What every region should have. */
export interface Goal {
  readonly grants: readonly Grant[];
  /** Whether another description or licence alone is worth a new version. */
  readonly republishOnMetadata: boolean;
}

/** What a region has as a layer's newest version. */
export interface ObservedVersion extends VersionDescription {
  readonly version: number;
  readonly grants: readonly GrantRead[];
}

export interface Plan {
  /** `withdraw`: granted to whom it should not be, which is for a person to mend: others may rely on it. */
  readonly action: 'publish' | 'grant' | 'nothing' | 'withdraw';
  /** Why, in words. */
  readonly reasons: readonly string[];
  /** Differences that change nothing by themselves. */
  readonly notes: readonly string[];
}

/**
 * What is to be done about one layer in one region. Only what cannot be changed on an existing version makes a new
 * one: content, CPUs, runtimes. A description or licence that differs is worth none unless that is wished for.
 */
export function planLayer(layer: Layer, goal: Goal, newest: ObservedVersion | undefined): Plan {
  if (newest === undefined) return { action: 'publish', reasons: ['the region has no version'], notes: [] };
  const metadata = findMetadataDifferences(layer, newest);
  const differences = [
    ...findContentDifferences(layer, newest),
    ...(goal.republishOnMetadata ? metadata : []),
  ];
  if (differences.length > 0) return { action: 'publish', reasons: differences, notes: [] };
  const missing = findMissingGrants(goal, newest.grants).map(describeGrant);
  const surplus = findSurplusGrants(goal, newest.grants).map(
    ({ to }) => `granted to ${to}, and should not be`,
  );
  if (surplus.length > 0 && !isPublic(goal)) return { action: 'withdraw', reasons: surplus, notes: metadata };
  if (missing.length > 0) {
    return { action: 'grant', reasons: missing.map((to) => `not granted to ${to}`), notes: metadata };
  }
  return { action: 'nothing', reasons: [], notes: metadata };
}

/** Everyone may use it: whoever is granted besides gains nothing by it. */
function isPublic({ grants }: Goal): boolean {
  return grants.some((grant) => describeGrant(grant) === 'everyone');
}

export function findMissingGrants({ grants }: Goal, found: readonly GrantRead[]): readonly Grant[] {
  return grants.filter((grant) => !found.some(({ to }) => to === describeGrant(grant)));
}

export function findSurplusGrants({ grants }: Goal, found: readonly GrantRead[]): readonly GrantRead[] {
  return found.filter(({ to }) => !grants.some((grant) => describeGrant(grant) === to));
}

/** What a version has otherwise than it should have, and cannot be given any more. */
export function findContentDifferences(layer: Layer, version: VersionDescription): readonly string[] {
  const differences: string[] = [];
  if (version.codeSha256 !== layer.codeSha256) differences.push('other content');
  const lists = [
    ['architectures', version.architectures, layer.architectures],
    ['runtimes', version.runtimes, layer.runtimes],
  ] as const;
  for (const [what, has, wanted] of lists) {
    if (inOrder(has) !== inOrder(wanted)) {
      differences.push(`${what} ${inOrder(has) || 'none'}, not ${inOrder(wanted) || 'none'}`);
    }
  }
  return differences;
}

function findMetadataDifferences(layer: Layer, version: VersionDescription): readonly string[] {
  const differences: string[] = [];
  if ((version.description ?? '') !== (layer.description ?? '')) differences.push('description differs');
  if ((version.license ?? '') !== (layer.license ?? '')) differences.push('licence differs');
  return differences;
}

function inOrder(items: readonly string[]): string {
  return items.toSorted().join('+');
}
