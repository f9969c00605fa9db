import listed from '#lib/aws/regions.json' with { type: 'json' };
import { isLayerName, layerNameRule } from '#lib/layer/layer-name.ts';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';

/** A layer's newest version in one region. */
export interface PublishedVersion {
  readonly region: string;
  /** Partition of the region, which is part of the ARN: `aws`, `aws-cn` … */
  readonly partition: string;
  readonly version: number;
}

/** Layer versions by layer name, in the order of the file. The regions of a layer are in the order of regions.json. */
export type PublishedLayers = ReadonlyMap<string, readonly PublishedVersion[]>;

const partitions = new Map(listed.map(({ name, partition }) => [name, partition]));
const order = new Map(listed.map(({ name }, index) => [name, index]));

/**
 * Reads `{"<layer>": {"<region>": <version>}}`, the format of publish-layer and of bref's layers.json. In layers.json, a
 * version may be a string, and the string is empty if the layer is missing.
 *
 * @param path the file's path, for errors
 * @throws ActionError if the content has another form, or contains no version
 */
export function parseVersions(content: unknown, path: string): PublishedLayers {
  if (!isRecord(content) || Object.keys(content).length === 0) {
    throw new ActionError(`${path} contains no layer. It must have the form {"php-82": {"eu-west-3": 7}}.`);
  }
  const published = new Map(
    Object.entries(content).map(([name, regions]) => {
      if (!isLayerName(name)) {
        throw new ActionError(`${path}: a layer name ${layerNameRule}; got ${JSON.stringify(name)}.`);
      }
      return [name, parseRegions(regions, `${path}, layer ${name}`)] as const;
    }),
  );
  if ([...published.values()].every((versions) => versions.length === 0)) {
    throw new ActionError(`${path} contains no layer version. Publish the layers first.`);
  }
  return published;
}

function parseRegions(regions: unknown, where: string): readonly PublishedVersion[] {
  if (regions === '') return [];
  if (!isRecord(regions)) {
    throw new ActionError(
      `${where}: the value must be an object of versions by region; got ${JSON.stringify(regions)}.`,
    );
  }
  return Object.entries(regions)
    .flatMap(([region, version]) => parseVersion(region, version, where))
    .sort((left, right) => (order.get(left.region) ?? 0) - (order.get(right.region) ?? 0));
}

function parseVersion(region: string, value: unknown, where: string): readonly PublishedVersion[] {
  const partition = partitions.get(region);
  if (partition === undefined) {
    throw new ActionError(
      `${where}: ${JSON.stringify(region)} is not a region of lib/aws/regions.json. Correct the name, or add the region to that file.`,
    );
  }
  if (value === '') return [];
  const version = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw new ActionError(
      `${where}: the version in ${region} must be a whole number of at least 1; got ${JSON.stringify(value)}.`,
    );
  }
  return [{ region, partition, version }];
}
