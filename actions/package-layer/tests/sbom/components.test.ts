import { describe, expect, test } from 'vitest';
import { checkLicenseTexts, readComponents } from '../../src/sbom/components.ts';

const files = ['lib/libx.so.1'];

describe('readComponents', () => {
  test.each([[null], [{}], [{ php: '8.2.32' }], [{ components: [] }]])(
    'finds no components in %j',
    (metadata) => {
      expect(readComponents(metadata)).toEqual([]);
    },
  );

  test('reads all known keys and ignores others', () => {
    const whole = {
      name: 'libx',
      version: '1.2-3',
      type: 'application',
      purl: 'pkg:deb/debian/libx1@1.2-3',
      cpe: 'cpe:2.3:a:x:libx:1.2:*:*:*:*:*:*:*',
      license: 'MIT',
      licenseText: 'licenses.txt',
      source: { name: 'libx', version: '1.2-3', url: 'https://example.org/x.tar.gz', sha256: 'a'.repeat(64) },
      files,
    };
    expect(
      readComponents({
        components: [
          { ...whole, own: 1 },
          { name: 'y', files: [] },
        ],
      }),
    ).toEqual([whole, { name: 'y', type: 'library', files: [] }]);
  });

  test.each([
    [{ components: 'x' }, '"components" in the metadata must be a list.'],
    [{ components: ['x'] }, '"components" in the metadata, entry 1 must be an object; got "x".'],
    [{ components: [{ files }] }, 'entry 1: "name" is required; got nothing.'],
    [{ components: [{ name: '', files }] }, '"name" must be a string that is not empty; got "".'],
    [
      { components: [{ name: 'x', files }, { name: 'y' }] },
      'entry 2: "files" must be a list of strings; got nothing.',
    ],
    [{ components: [{ name: 'x', files: [1] }] }, '"files" must be a list of strings; got [1].'],
    [{ components: [{ name: 'x', files: ['/opt/a'] }] }, '"files" must be paths in the layer'],
    [{ components: [{ name: 'x', files, type: 'lib' }] }, '"type" must be one of application, data'],
    [{ components: [{ name: 'x', files, version: 1 }] }, '"version" must be a string'],
    [{ components: [{ name: 'x', files, purl: [] }] }, '"purl" must be a string'],
    [
      { components: [{ name: 'x', files, cpe: 'php' }] },
      '"cpe" must be a CPE, such as cpe:2.3:a:php:php:8.2.32:*:*:*:*:*:*:*; got "php".',
    ],
    [{ components: [{ name: 'x', files, license: {} }] }, '"license" must be a string'],
    [{ components: [{ name: 'x', files, source: 'x' }] }, 'entry 1, "source" must be an object; got "x".'],
    [{ components: [{ name: 'x', files, source: { sha256: 'A' } }] }, '"sha256" must be 64 lowercase'],
    [
      {
        components: [
          { name: 'x', files },
          { name: 'y', files },
        ],
      },
      'both x and y claim "lib/libx.so.1".',
    ],
  ])('rejects %j', (metadata, message) => {
    expect(() => readComponents(metadata)).toThrow(message);
  });
});

describe('checkLicenseTexts', () => {
  const components = readComponents({ components: [{ name: 'x', files, licenseText: 'LICENSE' }] });

  test('rejects a layer that has the component but not its license text', () => {
    expect(() => checkLicenseTexts(components, new Set(files))).toThrow(
      'the license text of x, "LICENSE", is not in the layer. Add the file, or omit "licenseText".',
    );
  });

  test.each([
    ['both are in it', [...files, 'LICENSE']],
    ['the component is not in it', ['bootstrap']],
  ])('accepts a layer if %s', (_, paths) => {
    checkLicenseTexts(components, new Set(paths));
  });
});
