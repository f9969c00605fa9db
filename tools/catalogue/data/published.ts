import listed from '#lib/aws/regions.json' with { type: 'json' };
import { isLayerName } from '#lib/layer/layer-name.ts';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';

/** A layer's newest version in one region. */
export interface PublishedVersion {
  readonly region: string;
  /** AWS's separate clouds have ARNs of their own: `aws`, `aws-cn` … */
  readonly partition: string;
  readonly version: number;
}

/** By the layer's name, in the order of the file; of each the regions in the order of regions.json. */
export type PublishedLayers = ReadonlyMap<string, readonly PublishedVersion[]>;

const partitions = new Map(listed.map(({ name, partition }) => [name, partition]));
const order = new Map(listed.map(({ name }, index) => [name, index]));

/**
 * Reads `{"<layer>": {"<region>": <version>}}`: what publish-layer writes, and bref's layers.json, in which a version
 * may be text, and empty where a layer is missing. Throws an ActionError that names what is wrong with `path`.
 */
export function parseVersions(content: unknown, path: string): PublishedLayers {
  if (!isRecord(content) || Object.keys(content).length === 0) {
    throw new ActionError(`${path} names no layer: it must be like {"php-82": {"eu-west-3": 7}}.`);
  }
  const published = new Map(
    Object.entries(content).map(([name, regions]) => {
      if (!isLayerName(name)) {
        throw new ActionError(
          `${path} has ${JSON.stringify(name)}, which is no layer's name: 1 to 140 letters, digits, "-" or "_".`,
        );
      }
      return [name, parseRegions(regions, `${path}, layer ${name}`)] as const;
    }),
  );
  if ([...published.values()].every((versions) => versions.length === 0)) {
    throw new ActionError(`${path} has no version of any layer: nothing is published.`);
  }
  return published;
}

function parseRegions(regions: unknown, where: string): readonly PublishedVersion[] {
  if (regions === '') return [];
  if (!isRecord(regions)) {
    throw new ActionError(`${where}: must be versions by region; got ${JSON.stringify(regions)}.`);
  }
  return Object.entries(regions)
    .flatMap(([region, version]) => parseVersion(region, version, where))
    .sort((left, right) => (order.get(left.region) ?? 0) - (order.get(right.region) ?? 0));
}

function parseVersion(region: string, value: unknown, where: string): readonly PublishedVersion[] {
  const partition = partitions.get(region);
  if (partition === undefined) {
    throw new ActionError(
      `${where}: ${JSON.stringify(region)} is no region of regions.json; correct it, or add the region there.`,
    );
  }
  if (value === '') return [];
  const version = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw new ActionError(
      `${where}: the version in ${region} must be a whole number from 1; got ${JSON.stringify(value)}.`,
    );
  }
  return [{ region, partition, version }];
}
