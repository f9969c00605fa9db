import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identifyLayer } from '../../../../tools/catalogue/data/layer-name.ts';
import { readLayers } from '../../../../tools/catalogue/data/layers.ts';
import { listLibraries } from '../../../../tools/catalogue/data/libraries.ts';
import { parseVersions } from '../../../../tools/catalogue/data/published.ts';
import { readSupport } from '../../../../tools/catalogue/data/support.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { codeSha256, makeManifest, makeSbom, writeManifests } from './fixture.ts';

const support = await readSupport('.');

function read(folder: string, names: readonly string[]) {
  const content = Object.fromEntries(names.map((name) => [name, { 'eu-west-3': 7 }]));
  return readLayers(parseVersions(content, 'versions.json'), folder, support);
}

test.each([
  ['php-82', { php: '8.2', kind: 'function', cpu: 'x86' }],
  ['php-82-fpm', { php: '8.2', kind: 'fpm', cpu: 'x86' }],
  ['arm-php-84-fpm', { php: '8.4', kind: 'fpm', cpu: 'arm' }],
  ['php-810', { php: '8.10', kind: 'function', cpu: 'x86' }],
  ['console', { php: undefined, kind: 'console', cpu: 'any' }],
  ['arm-tool', { php: undefined, kind: 'tool', cpu: 'arm' }],
  ['php', { php: undefined, kind: 'php', cpu: 'x86' }],
])('reads the kind, PHP version and CPU of %s', (name, identity) => {
  expect(identifyLayer(name)).toEqual(identity);
});

test('lists libraries by source package, without duplicates and without PHP', () => {
  expect(listLibraries(makeSbom())).toEqual([
    { name: 'bzip2', version: '1.0.8-5' },
    { name: 'krb5', version: '1.20.1-2+deb12u5' },
    { name: 'tool', version: '2.1' },
  ]);
});

test.each([
  [undefined],
  [{}],
  [{ components: 'none' }],
  [{ components: [null, 'text', { type: 'library' }] }],
])('lists no libraries for the SBOM %j', (sbom) => {
  expect(listLibraries(sbom)).toEqual([]);
});

test('reads a layer from its manifest and SBOM', async () => {
  await using folder = await temporaryFolder();
  await writeManifests(folder.path, ['php-82']);
  expect(await read(folder.path, ['php-82'])).toEqual({
    warnings: [],
    layers: [
      {
        name: 'php-82',
        php: '8.2',
        kind: 'function',
        cpu: 'x86',
        versions: [{ region: 'eu-west-3', partition: 'aws', version: 7 }],
        content: {
          size: 29_698_889,
          unzippedSize: 85_352_014,
          codeSha256,
          php: '8.2.32',
          baseOs: 'al2023',
          extensions: { static: ['curl', 'json'], shared: ['intl', 'opcache'] },
          libraries: listLibraries(makeSbom()),
        },
      },
    ],
  });
});

test('warns about missing files and dates', async () => {
  await using folder = await temporaryFolder();
  await writeManifests(folder.path, ['php-99', 'php-83']);
  await writeFile(join(folder.path, 'php-82.manifest.json'), JSON.stringify(makeManifest('php-82')));
  const { layers, warnings } = await read(folder.path, ['php-82', 'php-84', 'php-99']);
  expect(layers.map(({ name, content }) => [name, content?.libraries.length])).toEqual([
    ['php-82', 0],
    ['php-84', undefined],
    ['php-99', 3],
  ]);
  expect(warnings).toEqual([
    'php-83 is not published, so the page omits it.',
    'php-82 has no SBOM with library versions, so the page does not list its libraries.',
    `php-84 has no manifest in ${folder.path}, so the page shows its ARNs but not its contents.`,
    'PHP 9.9 has no folder with support dates, so the page omits its dates.',
  ]);
});

test('does not warn if a layer without PHP has neither metadata nor SBOM', async () => {
  await using folder = await temporaryFolder();
  const manifest = makeManifest('tool', { cpu: 'any', metadata: null });
  await writeFile(join(folder.path, 'tool.manifest.json'), JSON.stringify(manifest));
  const { layers, warnings } = await read(folder.path, ['tool']);
  expect(warnings).toEqual([]);
  expect(layers[0]).toMatchObject({ cpu: 'any', content: { php: undefined, extensions: undefined } });
});

test.each([
  ['php-82.manifest.json', '{', 'is not JSON. Package the layer again with package-layer.'],
  ['php-82.manifest.json', '{"schema": 2}', 'is not a layer manifest of schema 1'],
  ['php-82.sbom.json', '{', 'is not JSON. Create it again with package-layer.'],
])('rejects a broken %s (%s)', async (file, content, message) => {
  await using folder = await temporaryFolder();
  await writeManifests(folder.path, ['php-82']);
  await writeFile(join(folder.path, file), content);
  await expect(read(folder.path, ['php-82'])).rejects.toThrow(`${join(folder.path, file)} ${message}`);
});

test('names a missing folder', async () => {
  await expect(read('/nowhere', ['php-82'])).rejects.toThrow(
    '/nowhere cannot be read. It must be a folder with *.manifest.json files of package-layer.',
  );
});
