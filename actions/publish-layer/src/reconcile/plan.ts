import type { Visibility } from '../inputs.ts';
import type { Layer } from '../layers/layers.ts';

/** What a region has as a layer's newest version. */
export interface ObservedVersion {
  readonly version: number;
  readonly arn: string;
  readonly codeSha256: string;
  readonly architectures: readonly string[];
  readonly runtimes: readonly string[];
  readonly description: string | undefined;
  readonly license: string | undefined;
  readonly isPublic: boolean;
}

export interface Plan {
  /** `withdraw`: public where it should be private, which is for a person to do: others may rely on it. */
  readonly action: 'publish' | 'grant' | 'nothing' | 'withdraw';
  /** Why, in words. */
  readonly reasons: readonly string[];
  /** Differences that change nothing by themselves. */
  readonly notes: readonly string[];
}

/**
 * What is to be done about one layer in one region. Only what cannot be changed on an existing version makes a new
 * one: content, CPUs, runtimes. A description or licence that differs is worth no version: it is noted.
 */
export function planLayer(layer: Layer, visibility: Visibility, newest: ObservedVersion | undefined): Plan {
  if (newest === undefined) return { action: 'publish', reasons: ['the region has no version'], notes: [] };
  const reasons = findContentDifferences(layer, newest);
  if (reasons.length > 0) return { action: 'publish', reasons, notes: [] };
  const notes = findNotedDifferences(layer, newest);
  if (visibility === 'public' && !newest.isPublic) {
    return { action: 'grant', reasons: ['not public'], notes };
  }
  if (visibility === 'private' && newest.isPublic) {
    return { action: 'withdraw', reasons: ['public, and should be private'], notes };
  }
  return { action: 'nothing', reasons: [], notes };
}

/** What a version has otherwise than it should have, and cannot be given any more. */
export function findContentDifferences(layer: Layer, version: ObservedVersion): readonly string[] {
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

function findNotedDifferences(layer: Layer, version: ObservedVersion): readonly string[] {
  const notes: string[] = [];
  if ((version.description ?? '') !== (layer.description ?? '')) notes.push('description differs');
  if ((version.license ?? '') !== (layer.license ?? '')) notes.push('licence differs');
  return notes;
}

function inOrder(items: readonly string[]): string {
  return items.toSorted().join('+');
}
