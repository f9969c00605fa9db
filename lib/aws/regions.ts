import { closest } from 'fastest-levenshtein';
import { ActionError } from '#lib/node/errors.ts';
import listed from './regions.json' with { type: 'json' };

/**
 * A region that has AWS Lambda: one line of `regions.json`.
 *
 * Names and `optIn` come from botocore's endpoints. Regions launched after 2019-03-20 are opt-in
 * (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
 */
export interface Region {
  readonly name: string;
  /** One of AWS's separate clouds, such as `aws-cn`. Each has its own accounts, credentials and ARNs. */
  readonly partition: string;
  /** Whether an account has to enable the region. */
  readonly optIn: boolean;
  /** Whether Bref's layers are published there. */
  readonly bref: boolean;
  /** Whether the region is disrupted, as two are since 2026-03. Then groups omit it, but it can be named. */
  readonly paused: boolean;
}

export const allRegions: readonly Region[] = listed;

/** Members of each group. A paused region is in none. */
const groups: Readonly<Record<string, (region: Region) => boolean>> = {
  bref: (region) => region.bref,
  default: (region) => region.partition === 'aws' && !region.optIn,
  'opt-in': (region) => region.partition === 'aws' && region.optIn,
  all: (region) => region.partition === 'aws',
  'aws-cn': (region) => region.partition === 'aws-cn',
  'aws-us-gov': (region) => region.partition === 'aws-us-gov',
  'aws-eusc': (region) => region.partition === 'aws-eusc',
};

/** Names that stand for several regions. */
export const groupNames: readonly string[] = Object.keys(groups);

/**
 * Resolves names and groups to regions. Each region occurs once. The regions of a group have the order of regions.json.
 *
 * @param label kind and name of the input or option, such as `Input "regions"`, for the error
 * @throws ActionError with every unknown item and its nearest known name
 */
export function resolveRegions(
  label: string,
  items: readonly string[],
  known: readonly Region[] = allRegions,
): readonly Region[] {
  const resolved = new Map<string, Region>();
  const unknown: string[] = [];
  for (const item of items) {
    const matches = isGroup(item)
      ? known.filter((region) => !region.paused && groups[item]?.(region))
      : known.filter((region) => region.name === item);
    if (matches.length === 0) unknown.push(item);
    for (const region of matches) resolved.set(region.name, region);
  }
  if (unknown.length > 0) {
    const names = [...groupNames, ...known.map(({ name }) => name)];
    const guesses = unknown.map((item) => `${JSON.stringify(item)} (did you mean ${closest(item, names)}?)`);
    throw new ActionError(
      `${label} must list regions of AWS Lambda or groups (${groupNames.join(', ')}); ` +
        `got ${guesses.join(', ')}.`,
    );
  }
  return [...resolved.values()];
}

/** Whether the name stands for several regions. */
export function isGroup(name: string): boolean {
  return Object.hasOwn(groups, name);
}

/**
 * @param label see `resolveRegions`
 * @throws ActionError if the regions are in more than one partition, because credentials belong to one
 */
export function assertOnePartition(label: string, targets: readonly Region[]): void {
  const partitions = [...new Set(targets.map((region) => region.partition))];
  if (partitions.length <= 1) return;
  throw new ActionError(
    `${label} must stay within one partition, because credentials belong to one; got ${partitions.join(', ')}. ` +
      'Use a separate run for each partition.',
  );
}

/**
 * Returns the region whose STS is used: one that every account has, because an opt-in region does not know accounts
 * that have not enabled it. Tokens of a regional endpoint work in all regions, tokens of the global one only in default
 * regions (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions).
 */
export function findHomeRegion(targets: readonly Region[], known: readonly Region[] = allRegions): string {
  const home =
    targets.find((region) => !region.optIn) ??
    known.find((region) => !region.optIn && region.partition === targets[0]?.partition);
  if (home === undefined) throw new Error('regions.json has a partition without a default region');
  return home.name;
}
