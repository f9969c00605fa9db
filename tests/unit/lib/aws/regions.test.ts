import { describe, expect, test } from 'vitest';
import { assertOnePartition, findHomeRegion, groupNames, resolveRegions } from '#lib/aws/regions.ts';

const names = (items: string[]) => resolveRegions('regions', items).map(({ name }) => name);

describe('resolveRegions', () => {
  test.each([
    ['bref', 22],
    ['default', 17],
    ['opt-in', 15],
    ['all', 32],
    ['aws-cn', 2],
    ['aws-us-gov', 2],
    ['aws-eusc', 1],
  ])('the group %s stands for %i regions', (group, count) => {
    expect(names([group])).toHaveLength(count);
  });

  test('every group is listed in the message about unknown names', () => {
    expect(groupNames).toEqual(['bref', 'default', 'opt-in', 'all', 'aws-cn', 'aws-us-gov', 'aws-eusc']);
  });

  test('a region that is named and in a group is there once', () => {
    expect(names(['eu-west-1', 'bref']).filter((name) => name === 'eu-west-1')).toHaveLength(1);
  });

  test('a paused region is in no group, and can be named', () => {
    expect(names(['all'])).not.toContain('me-south-1');
    expect(names(['me-south-1'])).toEqual(['me-south-1']);
  });

  test('all unknown names are told at once, with the rule', () => {
    expect(() => names(['eu-west-1', 'mars', 'constructor'])).toThrow(
      /"regions" must list regions of AWS Lambda .*\(bref, default, .*got "mars" \(did you .*, "constructor" \(did/,
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
  ])('%s is answered with the nearest name, %s', (item, nearest) => {
    expect(() => names([item])).toThrow(`got "${item}" (did you mean ${nearest}?)`);
  });

  test('regions of two partitions are refused', () => {
    expect(() => assertOnePartition(resolveRegions('regions', ['eu-west-1', 'cn-north-1']))).toThrow(
      /stay within one partition.*got aws, aws-cn.*run of its own/,
    );
  });
});

describe('findHomeRegion', () => {
  test.each([
    [['af-south-1', 'eu-west-3'], 'eu-west-3'],
    [['af-south-1'], 'us-east-1'],
    [['cn-northwest-1'], 'cn-northwest-1'],
    [['us-gov-west-1'], 'us-gov-west-1'],
  ])('for %j it is %s, which every account has', (items, home) => {
    expect(findHomeRegion(resolveRegions('regions', items))).toBe(home);
  });
});
