import { describe, expect, test } from 'vitest';
import { checkLicenseTexts, readComponents } from '../../src/sbom/components.ts';

const files = ['lib/libx.so.1'];

describe('the components of the metadata', () => {
  test.each([[null], [{}], [{ php: '8.2.32' }], [{ components: [] }]])('are none in %j', (metadata) => {
    expect(readComponents(metadata)).toEqual([]);
  });

  test('are read with all that is said of them; keys of others are left alone', () => {
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
    [{ components: 'x' }, '"components" of the metadata must be a list.'],
    [{ components: ['x'] }, '"components" of the metadata, entry 1 must be an object; got "x".'],
    [{ components: [{ files }] }, 'entry 1: "name" is required; got nothing.'],
    [{ components: [{ name: '', files }] }, '"name" must be a text that is not empty; got "".'],
    [
      { components: [{ name: 'x', files }, { name: 'y' }] },
      'entry 2: "files" must be a list of texts; got nothing.',
    ],
    [{ components: [{ name: 'x', files: [1] }] }, '"files" must be a list of texts; got [1].'],
    [{ components: [{ name: 'x', files: ['/opt/a'] }] }, '"files" must be paths in the layer'],
    [{ components: [{ name: 'x', files, type: 'lib' }] }, '"type" must be one of application, data'],
    [{ components: [{ name: 'x', files, version: 1 }] }, '"version" must be a text'],
    [{ components: [{ name: 'x', files, purl: [] }] }, '"purl" must be a text'],
    [{ components: [{ name: 'x', files, cpe: 'php' }] }, '"cpe" must be a CPE; got "php".'],
    [{ components: [{ name: 'x', files, license: {} }] }, '"license" must be a text'],
    [{ components: [{ name: 'x', files, source: 'x' }] }, 'entry 1, "source" must be an object; got "x".'],
    [{ components: [{ name: 'x', files, source: { sha256: 'A' } }] }, '"sha256" must be 64 lower-case'],
    [
      {
        components: [
          { name: 'x', files },
          { name: 'y', files },
        ],
      },
      '"lib/libx.so.1" is claimed by x and by y.',
    ],
  ])('are refused in %j', (metadata, message) => {
    expect(() => readComponents(metadata)).toThrow(message);
  });
});

describe('the text of a licence', () => {
  const components = readComponents({ components: [{ name: 'x', files, licenseText: 'LICENSE' }] });

  test('must be in the layer beside what it is for', () => {
    expect(() => checkLicenseTexts(components, new Set(files))).toThrow(
      'the licence of x, LICENSE, is not in the layer. Put it there, or leave "licenseText" out.',
    );
  });

  test.each([
    ['is there', [...files, 'LICENSE']],
    ['is of what another layer has', ['bootstrap']],
  ])('passes where it %s', (_, paths) => {
    checkLicenseTexts(components, new Set(paths));
  });
});
