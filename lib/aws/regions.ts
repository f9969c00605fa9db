import { closest } from 'fastest-levenshtein';
import { ActionError } from '#lib/node/errors.ts';
import listed from './regions.json' with { type: 'json' };

/**
 * A region that has AWS Lambda, one line of `regions.json`: the one list of regions.
 *
 * Source of names and of what is opt-in: botocore's endpoints; the rule (launched after 2019-03-20 = opt-in) is in
 * https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html.
 */
export interface Region {
  readonly name: string;
  /** AWS's separate clouds: accounts, credentials and ARNs of one are unknown to the others. */
  readonly partition: string;
  /** An account has it only after somebody enabled it. */
  readonly optIn: boolean;
  /** One of the regions that Bref's layers go to. */
  readonly bref: boolean;
  /** Disrupted (since 2026-03): in no group, published to only when named. */
  readonly paused: boolean;
}

const regions: readonly Region[] = listed;

const groups: Readonly<Record<string, (region: Region) => boolean>> = {
  bref: (region) => region.bref && !region.paused,
  default: (region) => region.partition === 'aws' && !region.optIn && !region.paused,
  'opt-in': (region) => region.optIn && !region.paused,
  all: (region) => region.partition === 'aws' && !region.paused,
  'aws-cn': (region) => region.partition === 'aws-cn',
  'aws-us-gov': (region) => region.partition === 'aws-us-gov',
  'aws-eusc': (region) => region.partition === 'aws-eusc',
};

/** The names that stand for several regions. */
export const groupNames: readonly string[] = Object.keys(groups);

/**
 * The regions that names and groups stand for, each once, in the order of `regions.json` within a group. Throws an
 * ActionError that names every unknown item with the nearest known name.
 */
export function resolveRegions(input: string, items: readonly string[]): readonly Region[] {
  const resolved = new Map<string, Region>();
  const unknown: string[] = [];
  for (const item of items) {
    const matches = isGroup(item)
      ? regions.filter((region) => groups[item]?.(region))
      : regions.filter((region) => region.name === item);
    if (matches.length === 0) unknown.push(item);
    for (const region of matches) resolved.set(region.name, region);
  }
  if (unknown.length > 0) {
    const names = [...groupNames, ...regions.map(({ name }) => name)];
    const guesses = unknown.map((item) => `${JSON.stringify(item)} (did you mean ${closest(item, names)}?)`);
    throw new ActionError(
      `Input "${input}" must list regions of AWS Lambda (as in regions.json) or groups (${groupNames.join(', ')}); ` +
        `got ${guesses.join(', ')}.`,
    );
  }
  return [...resolved.values()];
}

/** Whether the name stands for several regions. */
export function isGroup(name: string): boolean {
  return Object.hasOwn(groups, name);
}

/** Throws an ActionError when the regions are of more than one partition, as credentials never are. */
export function assertOnePartition(targets: readonly Region[]): void {
  const partitions = [...new Set(targets.map((region) => region.partition))];
  if (partitions.length <= 1) return;
  throw new ActionError(
    `Input "regions" must stay within one partition, as credentials do; got ${partitions.join(', ')}. ` +
      'Publish to each partition in a run of its own.',
  );
}

/**
 * The region to ask STS in: one that every account has, since an opt-in region knows no account that has not enabled
 * it. Tokens from a regional endpoint work in all regions, those of the global one only in default regions
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions).
 */
export function findHomeRegion(targets: readonly Region[]): string {
  const home =
    targets.find((region) => !region.optIn) ??
    regions.find((region) => !region.optIn && region.partition === targets[0]?.partition);
  if (home === undefined) throw new Error('regions.json has a partition without a default region');
  return home.name;
}
