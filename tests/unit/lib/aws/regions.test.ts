import { describe, expect, test } from 'vitest';
import {
  allRegions,
  assertOnePartition,
  findHomeRegion,
  groupNames,
  type Region,
  resolveRegions,
} from '#lib/aws/regions.ts';
import { brefRegionCount, testRegions } from '../../../fixtures/regions.ts';

const resolve = (items: string[]) => resolveRegions('Input "regions"', items, testRegions);
const names = (items: string[]) => resolve(items).map(({ name }) => name);

describe('resolveRegions', () => {
  test.each([
    ['bref', brefRegionCount],
    ['default', 17],
    ['opt-in', 6],
    ['all', 23],
    ['aws-cn', 2],
    ['aws-us-gov', 2],
    ['aws-eusc', 1],
  ])('expands the group %s to %i regions', (group, count) => {
    expect(names([group])).toHaveLength(count);
  });

  test('lists every group in the message about unknown names', () => {
    expect(groupNames).toEqual(['bref', 'default', 'opt-in', 'all', 'aws-cn', 'aws-us-gov', 'aws-eusc']);
  });

  test('returns a region once if it is named and in a group', () => {
    expect(names(['eu-west-1', 'bref']).filter((name) => name === 'eu-west-1')).toHaveLength(1);
  });

  test.each(['bref', 'default', 'opt-in', 'all', 'aws-cn', 'aws-us-gov', 'aws-eusc'])(
    'leaves paused regions out of the group %s',
    (group) => {
      const region = resolve([group])[0];
      const paused = testRegions.map((one) => (one.name === region?.name ? { ...one, paused: true } : one));
      // A further region keeps a group of one region from being empty, which is an error.
      const known = [...paused, { ...region, name: 'new-region' } as Region];
      expect(resolveRegions('Input "regions"', [group], known).map(({ name }) => name)).not.toContain(
        region?.name,
      );
    },
  );

  test('keeps the group opt-in within the commercial partition', () => {
    const foreign = { ...testRegions[0], name: 'cn-south-9', partition: 'aws-cn', optIn: true } as Region;
    expect(resolveRegions('Input "regions"', ['opt-in'], [...testRegions, foreign])).not.toContain(foreign);
  });

  test('returns a paused region only by its name', () => {
    expect(names(['all', 'bref', 'opt-in'])).not.toContain('me-central-1');
    expect(names(['me-central-1'])).toEqual(['me-central-1']);
  });

  test('reports all unknown names together, with the rule', () => {
    expect(() => names(['eu-west-1', 'mars', 'constructor'])).toThrow(
      /^Input "regions" must list regions of AWS Lambda .*\(bref, default, .*got "mars" \(did you .*, "constructor" \(did/,
    );
  });

  test.each([
    ['eu-wset-1', 'eu-west-1'],
    ['us-east1', 'us-east-1'],
    ['EU-WEST-3', 'eu-west-3'],
    ['ap-souteast-2', 'ap-southeast-2'],
    ['cn-nothwest-1', 'cn-northwest-1'],
    ['eusc-de-east1', 'eusc-de-east-1'],
    ['defualt', 'default'],
  ])('suggests the nearest name for %s: %s', (item, nearest) => {
    expect(() => names([item])).toThrow(`got "${item}" (did you mean ${nearest}?)`);
  });

  test('assertOnePartition refuses regions of two partitions', () => {
    expect(() => assertOnePartition('Input "regions"', resolve(['eu-west-1', 'cn-north-1']))).toThrow(
      /^Input "regions" must stay within one partition.*got aws, aws-cn.*separate run/,
    );
  });
});

describe('findHomeRegion', () => {
  test.each([
    [['af-south-1', 'eu-west-3'], 'eu-west-3'],
    [['af-south-1'], 'us-east-1'],
    [['cn-northwest-1'], 'cn-northwest-1'],
    [['us-gov-west-1'], 'us-gov-west-1'],
  ])('returns for %j a region that every account has: %s', (items, home) => {
    expect(findHomeRegion(resolve(items), testRegions)).toBe(home);
  });
});

describe('regions.json', () => {
  test('names each region once', () => {
    const listed = allRegions.map(({ name }) => name);
    expect(new Set(listed).size).toBe(listed.length);
  });

  test.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'])(
    'has a home region for the partition %s',
    (partition) => {
      const targets = allRegions.filter((region) => region.partition === partition);
      expect(targets.map(({ name }) => name)).toContain(findHomeRegion(targets));
    },
  );

  test.each(groupNames)('has regions for the group %s', (group) => {
    expect(resolveRegions('Input "regions"', [group]).length).toBeGreaterThan(0);
  });
});
