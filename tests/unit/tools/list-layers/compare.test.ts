import { describe, expect, test } from 'vitest';
import type { ObservedVersion } from '../../../../actions/publish-layer/src/reconcile/plan-layer.ts';
import { compareRegions } from '../../../../tools/list-layers/compare.ts';
import type { RegionLayers } from '../../../../tools/list-layers/look.ts';
import { renderVerdicts } from '../../../../tools/list-layers/render.ts';

const usual: ObservedVersion = {
  version: 5,
  arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:5',
  codeSha256: 'HASH',
  architectures: ['x86_64'],
  runtimes: ['provided.al2023'],
  description: undefined,
  license: undefined,
  grants: [{ statementId: 'public', to: 'everyone' }],
};

/** Regions `r1`, `r2` … with these versions of php-82; undefined: none. */
function regionsWith(...versions: (Partial<ObservedVersion> | undefined)[]): readonly RegionLayers[] {
  return versions.map((changes, index) => ({
    region: `r${index + 1}`,
    layers: new Map(changes === undefined ? [] : [['php-82', { ...usual, ...changes }]]),
  }));
}

function judge(regions: readonly RegionLayers[], built = new Map<string, string>()): readonly string[] {
  return renderVerdicts(compareRegions(regions), regions, built);
}

describe('a layer', () => {
  test('that is the same everywhere is equal', () => {
    expect(judge(regionsWith({}, {}, {}))).toEqual(['php-82: equal in 3 regions (version 5, public).']);
  });

  test.each<[string, Partial<ObservedVersion> | undefined, string]>([
    ['another number', { version: 4 }, 'version'],
    ['other content', { codeSha256: 'OTHER' }, 'content'],
    ['no grant', { grants: [] }, 'access'],
    ['another CPU', { architectures: ['arm64'] }, 'CPUs'],
    ['another runtime', { runtimes: [] }, 'runtimes'],
    ['several differences', { version: 4, codeSha256: 'OTHER', grants: [] }, 'version, content, access'],
    ['no version', undefined, 'missing'],
  ])('with %s in a region differs there', (_, changes, said) => {
    expect(judge(regionsWith({}, changes, {}))).toEqual([
      `php-82: 2 of 3 regions are equal (version 5, public); others: r2 (${said}).`,
    ]);
  });

  test('with lists in another order is equal', () => {
    const [first, second] = [['x86_64', 'arm64'] as const, ['arm64', 'x86_64'] as const];
    expect(judge(regionsWith({ architectures: [...first] }, { architectures: [...second] }))).toEqual([
      'php-82: equal in 2 regions (version 5, public).',
    ]);
  });

  test('with two numbers in as many regions each is measured by the higher one', () => {
    const [audit] = compareRegions(regionsWith({ version: 9 }, { version: 10 }));
    expect(audit?.usual.version).toBe('10');
    expect(audit?.rows.map(({ differences }) => differences)).toEqual([['version'], []]);
  });

  test.each([
    ['HASH', 'the zip here is the same'],
    ['OTHER', 'the zip here is another'],
  ])('is compared with the zip of this machine (%s)', (codeSha256, said) => {
    expect(judge(regionsWith({}), new Map([['php-82', codeSha256]]))).toEqual([
      `php-82: equal in 1 region (version 5, public); ${said}.`,
    ]);
  });
});

test('a region that could not be read is named, and is no difference', () => {
  const regions = [...regionsWith({}), { region: 'r2', fault: 'ListLayers: denied.' }];
  expect(judge(regions)).toEqual([
    'php-82: equal in 1 region (version 5, public).',
    'r2 could not be read: ListLayers: denied.',
  ]);
});
