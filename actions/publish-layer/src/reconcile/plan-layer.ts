import { describeGrant, type Grant, type PolicyGrant } from '#lib/aws/grants.ts';
import type { VersionDescription } from '#lib/aws/lambda.ts';
import type { LayerVersionState } from '#lib/aws/layer-version-state.ts';
import type { Layer } from '#lib/layer/layer.ts';

/** Wanted state of every region, besides the layers. */
export interface Goal {
  readonly grants: readonly Grant[];
  /** Whether a different description or license is enough to create a new layer version. */
  readonly republishOnMetadata: boolean;
}

export interface Plan {
  /** `withdraw`: a wrong principal has a grant. A person has to decide, because others may rely on it. */
  readonly action: 'publish' | 'grant' | 'nothing' | 'withdraw';
  readonly reasons: readonly string[];
  /** Differences that require no action. */
  readonly notes: readonly string[];
}

/**
 * Plans the change for one layer in one region. Different content, CPUs or runtimes require a new layer version. A
 * different description or license does so only if `goal.republishOnMetadata` is set.
 */
export function planLayer(layer: Layer, goal: Goal, newest: LayerVersionState | undefined): Plan {
  if (newest === undefined) return { action: 'publish', reasons: ['the region has no version'], notes: [] };
  const metadata = findMetadataDifferences(layer, newest);
  const differences = [
    ...findContentDifferences(layer, newest),
    ...(goal.republishOnMetadata ? metadata : []),
  ];
  if (differences.length > 0) return { action: 'publish', reasons: differences, notes: [] };
  const missing = findMissingGrants(goal, newest.grants).map(describeGrant);
  const surplus = findSurplusGrants(goal, newest.grants).map(
    ({ grantee }) => `granted to ${grantee} but should not be`,
  );
  if (surplus.length > 0 && !isPublic(goal)) return { action: 'withdraw', reasons: surplus, notes: metadata };
  if (missing.length > 0) {
    const reasons = missing.map((grantee) => `not granted to ${grantee}`);
    return { action: 'grant', reasons, notes: metadata };
  }
  return { action: 'nothing', reasons: [], notes: metadata };
}

/** If a layer is public, further grants change nothing. */
function isPublic({ grants }: Goal): boolean {
  return grants.some((grant) => describeGrant(grant) === 'everyone');
}

export function findMissingGrants({ grants }: Goal, found: readonly PolicyGrant[]): readonly Grant[] {
  return grants.filter((grant) => !found.some(({ grantee }) => grantee === describeGrant(grant)));
}

export function findSurplusGrants({ grants }: Goal, found: readonly PolicyGrant[]): readonly PolicyGrant[] {
  return found.filter(({ grantee }) => !grants.some((grant) => describeGrant(grant) === grantee));
}

/** Finds the differences that require a new layer version. */
export function findContentDifferences(layer: Layer, version: VersionDescription): readonly string[] {
  const differences: string[] = [];
  if (version.codeSha256 !== layer.codeSha256) differences.push('different content');
  const lists = [
    ['architectures', version.architectures, layer.architectures],
    ['runtimes', version.runtimes, layer.runtimes],
  ] as const;
  for (const [property, found, wanted] of lists) {
    if (joinSorted(found) !== joinSorted(wanted)) {
      differences.push(
        `${property} ${joinSorted(found) || 'none'} instead of ${joinSorted(wanted) || 'none'}`,
      );
    }
  }
  return differences;
}

function findMetadataDifferences(layer: Layer, version: VersionDescription): readonly string[] {
  const differences: string[] = [];
  if ((version.description ?? '') !== (layer.description ?? '')) differences.push('description differs');
  if ((version.license ?? '') !== (layer.license ?? '')) differences.push('license differs');
  return differences;
}

function joinSorted(items: readonly string[]): string {
  return items.toSorted().join('+');
}
