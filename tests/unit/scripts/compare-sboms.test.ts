import { expect, test } from 'vitest';
import { compareComponents, readVersions } from '../../../scripts/compare-sboms/compare.ts';

const layer = (versions: Record<string, string>) => new Map(Object.entries(versions));

test('what changed, came and went is named once, with the layers', () => {
  const before = new Map([
    ['php-82', layer({ libcurl4: '7.88.1-10', libicu72: '72.1-3' })],
    ['php-82-fpm', layer({ libcurl4: '7.88.1-10', libicu72: '72.1-3', libold: '1' })],
  ]);
  const after = new Map([
    ['php-82', layer({ libcurl4: '7.88.1-11', libicu72: '72.1-3' })],
    ['php-82-fpm', layer({ libcurl4: '7.88.1-11', libicu72: '72.1-3', libnew: '2' })],
  ]);
  expect(compareComponents(before, after)).toEqual([
    { name: 'libcurl4', before: '7.88.1-10', after: '7.88.1-11', layers: ['php-82', 'php-82-fpm'] },
    { name: 'libnew', before: '', after: '2', layers: ['php-82-fpm'] },
    { name: 'libold', before: '1', after: '', layers: ['php-82-fpm'] },
  ]);
});

test('versions are those of the components of CycloneDX', () => {
  const bom = {
    bomFormat: 'CycloneDX',
    components: [{ name: 'php', version: '8.2.32', components: [{ name: 'bin/php' }] }],
  };
  expect(readVersions(JSON.stringify(bom), 'a')).toEqual(new Map([['php', '8.2.32']]));
});

test.each([
  ['{', 'a.sbom.json cannot be read as JSON'],
  ['{"spdxVersion": "SPDX-2.3"}', 'a.sbom.json is no SBOM of CycloneDX'],
])('%s is refused', (text, message) => {
  expect(() => readVersions(text, 'a.sbom.json')).toThrow(message);
});
