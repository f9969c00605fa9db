import { describeAccess } from '#lib/aws/grants.ts';
import type { ObservedVersion } from '../../actions/publish-layer/src/reconcile/plan-layer.ts';
import type { RegionLayers } from './look.ts';

/** What is compared between regions, in words. */
interface Facts {
  readonly version: string;
  readonly content: string;
  readonly CPUs: string;
  readonly runtimes: string;
  readonly access: string;
}

export interface Row {
  readonly layer: string;
  readonly region: string;
  /** Undefined: the region has no version of it. */
  readonly facts: Facts | undefined;
  /** In what it differs from most regions; empty: equal. */
  readonly differences: readonly string[];
}

export interface LayerAudit {
  readonly layer: string;
  readonly rows: readonly Row[];
  /** What most regions have: of as many, the higher number and what comes with the first region. */
  readonly usual: Facts;
  /** Regions that were asked and have none. */
  readonly missing: readonly string[];
}

const compared = ['version', 'content', 'CPUs', 'runtimes', 'access'] as const;

/** Holds what regions have against what most of them have, layer by layer in order of name. */
export function compareRegions(regions: readonly RegionLayers[]): readonly LayerAudit[] {
  const answered = regions.filter((one) => one.layers !== undefined);
  const names = new Set(answered.flatMap(({ layers }) => [...layers.keys()]));
  return [...names].toSorted().map((layer) => {
    const found = answered.map(({ region, layers }) => ({ region, facts: toFacts(layers.get(layer)) }));
    const usual = findUsual(found.map(({ facts }) => facts).filter((facts) => facts !== undefined));
    return {
      layer,
      usual,
      rows: found.map(({ region, facts }) => ({
        layer,
        region,
        facts,
        differences: facts === undefined ? ['missing'] : compared.filter((one) => facts[one] !== usual[one]),
      })),
      missing: found.filter(({ facts }) => facts === undefined).map(({ region }) => region),
    };
  });
}

function toFacts(version: ObservedVersion | undefined): Facts | undefined {
  if (version === undefined) return undefined;
  return {
    version: String(version.version),
    content: version.codeSha256,
    CPUs: version.architectures.toSorted().join('+') || 'none',
    runtimes: version.runtimes.toSorted().join('+') || 'none',
    access: describeAccess(version.grants),
  };
}

function findUsual(found: readonly Facts[]): Facts {
  const usual = (of: (facts: Facts) => string): string => {
    const counts = new Map<string, number>();
    for (const facts of found) counts.set(of(facts), (counts.get(of(facts)) ?? 0) + 1);
    const [first] = [...counts].toSorted(
      ([a, countA], [b, countB]) => countB - countA || Number(b) - Number(a) || 0,
    );
    return first?.[0] ?? '';
  };
  return {
    version: usual(({ version }) => version),
    content: usual(({ content }) => content),
    CPUs: usual(({ CPUs }) => CPUs),
    runtimes: usual(({ runtimes }) => runtimes),
    access: usual(({ access }) => access),
  };
}
