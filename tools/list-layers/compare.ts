import { describeAccess } from '#lib/aws/grants.ts';
import type { LayerVersionState } from '#lib/aws/layer-version-state.ts';
import type { RegionLayers } from './read-region.ts';

/** Properties that are compared between regions, as text. */
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
  /** Undefined if the region does not have the layer. */
  readonly facts: Facts | undefined;
  /** Names of the properties that differ from the majority. */
  readonly differences: readonly string[];
}

export interface LayerAudit {
  readonly layer: string;
  readonly rows: readonly Row[];
  /** Properties of the majority. On a tie, the higher version number or the value of the earlier region is used. */
  readonly majority: Facts;
}

const comparedProperties = ['version', 'content', 'CPUs', 'runtimes', 'access'] as const;

/** Compares each layer with the majority of regions. Layers are sorted by name. */
export function compareRegions(regions: readonly RegionLayers[]): readonly LayerAudit[] {
  const readable = regions.filter((region) => region.layers !== undefined);
  const names = new Set(readable.flatMap(({ layers }) => [...layers.keys()]));
  return [...names].toSorted().map((layer) => {
    const found = readable.map(({ region, layers }) => ({ region, facts: toFacts(layers.get(layer)) }));
    const majority = findMajority(found.map(({ facts }) => facts).filter((facts) => facts !== undefined));
    return {
      layer,
      majority,
      rows: found.map(({ region, facts }) => ({
        layer,
        region,
        facts,
        differences:
          facts === undefined
            ? ['missing']
            : comparedProperties.filter((property) => facts[property] !== majority[property]),
      })),
    };
  });
}

function toFacts(version: LayerVersionState | undefined): Facts | undefined {
  if (version === undefined) return undefined;
  return {
    version: String(version.version),
    content: version.codeSha256,
    CPUs: version.architectures.toSorted().join('+') || 'none',
    runtimes: version.runtimes.toSorted().join('+') || 'none',
    access: describeAccess(version.grants),
  };
}

function findMajority(found: readonly Facts[]): Facts {
  const mostFrequent = (of: (facts: Facts) => string): string => {
    const counts = new Map<string, number>();
    for (const facts of found) counts.set(of(facts), (counts.get(of(facts)) ?? 0) + 1);
    const [first] = [...counts].toSorted(
      ([a, countA], [b, countB]) => countB - countA || Number(b) - Number(a) || 0,
    );
    return first?.[0] ?? '';
  };
  return {
    version: mostFrequent(({ version }) => version),
    content: mostFrequent(({ content }) => content),
    CPUs: mostFrequent(({ CPUs }) => CPUs),
    runtimes: mostFrequent(({ runtimes }) => runtimes),
    access: mostFrequent(({ access }) => access),
  };
}
