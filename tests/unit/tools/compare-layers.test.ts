import { expect, test } from 'vitest';
import type { Manifest } from '#lib/layer/manifest.ts';
import { compareExtensions, compareSizes } from '../../../tools/compare-layers/layers.ts';
import { compareComponents, readVersions } from '../../../tools/compare-layers/software.ts';

const layer = (versions: Record<string, string>) => new Map(Object.entries(versions));

test('lists each changed, added or removed component once, with its layers', () => {
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

test('reads the versions of CycloneDX components', () => {
  const bom = {
    bomFormat: 'CycloneDX',
    components: [{ name: 'php', version: '8.2.32', components: [{ name: 'bin/php' }] }],
  };
  expect(readVersions(JSON.stringify(bom), 'a')).toEqual(new Map([['php', '8.2.32']]));
});

test.each([
  ['{', 'a.sbom.json is not JSON'],
  ['{"spdxVersion": "SPDX-2.3"}', 'a.sbom.json is not a CycloneDX SBOM'],
])('rejects %s', (text, message) => {
  expect(() => readVersions(text, 'a.sbom.json')).toThrow(message);
});

/** Creates manifests from the size and the extensions of each layer. */
function manifests(layers: Record<string, readonly [size: number, ...extensions: string[]]>) {
  return new Map(
    Object.entries(layers).map(([name, [size, ...shared]]) => {
      const metadata = { facts: { extensions: { static: ['core'], shared } } };
      return [name, { name, size, unzippedSize: size * 3, metadata } as unknown as Manifest];
    }),
  );
}

test('compares the sizes of all layers, including added and removed layers', () => {
  const before = manifests({ 'php-82': [100], 'php-81': [90] });
  expect(compareSizes(before, manifests({ 'php-82': [110], 'php-83': [95] }))).toEqual([
    { layer: 'php-81', zip: [90, undefined], unzipped: [270, undefined] },
    { layer: 'php-82', zip: [100, 110], unzipped: [300, 330] },
    { layer: 'php-83', zip: [undefined, 95], unzipped: [undefined, 285] },
  ]);
});

test('lists each added or removed extension once, with its layers, and ignores new layers', () => {
  const before = manifests({ 'php-82': [1, 'intl', 'soap'], 'php-82-fpm': [1, 'intl', 'soap'] });
  const after = manifests({
    'php-82': [1, 'intl', 'redis'],
    'php-82-fpm': [1, 'intl'],
    'php-83': [1, 'xsl'],
  });
  expect(compareExtensions(before, after)).toEqual([
    { name: 'redis', isNew: true, layers: ['php-82'] },
    { name: 'soap', isNew: false, layers: ['php-82', 'php-82-fpm'] },
  ]);
});

test('finds no extensions in a layer of another builder', () => {
  const [tool] = manifests({ tool: [1] }).values();
  const layer = new Map([['tool', { ...tool, metadata: null } as Manifest]]);
  expect(compareExtensions(layer, layer)).toEqual([]);
});
