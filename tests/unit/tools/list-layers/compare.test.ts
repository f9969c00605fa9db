import { describe, expect, test } from 'vitest';
import type { LayerVersionState } from '#lib/aws/layer-version-state.ts';
import { compareRegions } from '../../../../tools/list-layers/compare.ts';
import type { RegionLayers } from '../../../../tools/list-layers/read-region.ts';
import { renderVerdicts } from '../../../../tools/list-layers/render.ts';

const standard: LayerVersionState = {
  version: 5,
  arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:5',
  codeSha256: 'HASH',
  architectures: ['x86_64'],
  runtimes: ['provided.al2023'],
  description: undefined,
  license: undefined,
  grants: [{ statementId: 'public', grantee: 'everyone' }],
};

/** Returns regions `r1`, `r2` … with these versions of php-82. Undefined means that the region has none. */
function regionsWith(...versions: (Partial<LayerVersionState> | undefined)[]): readonly RegionLayers[] {
  return versions.map((changes, index) => ({
    region: `r${index + 1}`,
    layers: new Map(changes === undefined ? [] : [['php-82', { ...standard, ...changes }]]),
  }));
}

function judge(regions: readonly RegionLayers[], built = new Map<string, string>()): readonly string[] {
  return renderVerdicts(compareRegions(regions), regions, built);
}

describe('a layer', () => {
  test('is equal if all regions have the same layer version', () => {
    expect(judge(regionsWith({}, {}, {}))).toEqual(['php-82: equal in 3 regions (version 5, public).']);
  });

  test.each<[string, Partial<LayerVersionState> | undefined, string]>([
    ['another number', { version: 4 }, 'version'],
    ['other content', { codeSha256: 'OTHER' }, 'content'],
    ['no grant', { grants: [] }, 'access'],
    ['another CPU', { architectures: ['arm64'] }, 'CPUs'],
    ['another runtime', { runtimes: [] }, 'runtimes'],
    ['several differences', { version: 4, codeSha256: 'OTHER', grants: [] }, 'version, content, access'],
    ['no version', undefined, 'missing'],
  ])('differs in a region with %s', (_, changes, differences) => {
    expect(judge(regionsWith({}, changes, {}))).toEqual([
      `php-82: 2 of 3 regions are equal (version 5, public); others: r2 (${differences}).`,
    ]);
  });

  test('is equal if only the order of lists differs', () => {
    const [first, second] = [['x86_64', 'arm64'] as const, ['arm64', 'x86_64'] as const];
    expect(judge(regionsWith({ architectures: [...first] }, { architectures: [...second] }))).toEqual([
      'php-82: equal in 2 regions (version 5, public).',
    ]);
  });

  test('is compared with the higher version number on a tie', () => {
    const [audit] = compareRegions(regionsWith({ version: 9 }, { version: 10 }));
    expect(audit?.majority.version).toBe('10');
    expect(audit?.rows.map(({ differences }) => differences)).toEqual([['version'], []]);
  });

  test.each([
    ['HASH', 'the local zip is equal'],
    ['OTHER', 'the local zip differs'],
  ])('is compared with the local zip (%s)', (codeSha256, verdict) => {
    expect(judge(regionsWith({}), new Map([['php-82', codeSha256]]))).toEqual([
      `php-82: equal in 1 region (version 5, public); ${verdict}.`,
    ]);
  });
});

test('names a region that could not be read, and does not count it as a difference', () => {
  const regions = [...regionsWith({}), { region: 'r2', fault: 'ListLayers: denied.' }];
  expect(judge(regions)).toEqual([
    'php-82: equal in 1 region (version 5, public).',
    'r2 could not be read: ListLayers: denied.',
  ]);
});
