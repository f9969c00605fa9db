import { type PolicyGrant, readGrants } from './grants.ts';
import type { VersionDescription } from './lambda.ts';
import type { RegionApi } from './region-api.ts';

/** A layer version as a region has it. */
export interface LayerVersionState extends VersionDescription {
  readonly version: number;
  readonly grants: readonly PolicyGrant[];
}

/** Reads a layer's newest version with its grants; undefined if the region has none. */
export async function readNewestVersion(
  name: string,
  api: Pick<RegionApi, 'findNewest' | 'describe' | 'readPolicy'>,
): Promise<LayerVersionState | undefined> {
  const version = await api.findNewest(name);
  if (version === undefined) return undefined;
  const description = await api.describe(name, version);
  const policy = await api.readPolicy(name, version);
  return { ...description, version, grants: readGrants(policy, description.arn) };
}
