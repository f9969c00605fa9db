import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '#lib/layer/manifest.ts';
import { readComponents } from '../../src/sbom/components.ts';
import { findUnclaimed, type LayerContent, renderSbom } from '../../src/sbom/sbom.ts';

const hash = (digit: string): string => digit.repeat(64);
const file = (path: string, digit: string) =>
  ({ type: 'file', path, mode: '0755', size: 9, zippedSize: 5, sha256: hash(digit) }) as const;

const manifest: Manifest = {
  schema: 1,
  name: 'layer',
  cpu: 'x86',
  zip: 'layer.zip',
  size: 100,
  unzippedSize: 27,
  codeSha256: Buffer.from(hash('f'), 'hex').toString('base64'),
  files: [
    file('bin/tool', '1'),
    file('bootstrap', '2'),
    { type: 'symlink', path: 'lib/libx.so', target: 'libx.so.1' },
    file('lib/libx.so.1', '3'),
    file('lib/liby.so.1', '4'),
    file('licenses.txt', '5'),
  ],
  metadata: null,
};

const components = readComponents({
  components: [
    {
      name: 'tool',
      version: '2.0',
      type: 'application',
      cpe: 'cpe:2.3:a:example:tool:2.0:*:*:*:*:*:*:*',
      license: 'PHP-3.01',
      source: { url: 'https://example.org/tool.tar.gz', sha256: hash('a') },
      files: ['bin/tool', 'bin/tool-of-another-layer'],
    },
    {
      name: 'libx1',
      version: '1.2-3+b1',
      purl: 'pkg:deb/debian/libx1@1.2-3%2Bb1?arch=amd64',
      license: 'GPL-2.0-or-later OR LGPL-3.0-or-later',
      licenseText: 'licenses.txt',
      source: { name: 'libx', version: '1.2-3' },
      files: ['lib/libx.so.1', 'lib/libx.so'],
    },
    { name: 'elsewhere', license: 'MIT', files: ['lib/libz.so.1'] },
  ],
});

const content: LayerContent = {
  manifest,
  components,
  libraries: {
    'bin/tool': { 'libx.so.1': 'lib/libx.so.1', 'libc.so.6': 'os' },
    'lib/libx.so.1': { 'liby.so.1': 'lib/liby.so.1', 'libz.so.1': 'missing' },
    'lib/liby.so.1': {},
  },
};

interface RenderedComponent {
  readonly name: string;
  readonly licenses?: readonly unknown[];
}

interface Rendered {
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly metadata: { readonly component: object; readonly timestamp?: string };
  readonly components: readonly RenderedComponent[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

function render(change: Partial<LayerContent> = {}): Rendered {
  return JSON.parse(renderSbom({ ...content, ...change })) as Rendered;
}

describe('the SBOM', () => {
  test.each<[string, Partial<LayerContent>]>([
    ['with components', {}],
    ['without components', { components: [] }],
    ['without machine code', { components: [], libraries: {} }],
  ])("of a layer %s follows CycloneDX's own schema", async (_, change) => {
    const problem = await new JsonStrictValidator(Version.v1dot7).validate(
      renderSbom({ ...content, ...change }),
    );
    expect(problem).toBeNull();
  });

  test('identifies the layer by the hash of its zip', () => {
    expect(render().metadata.component).toMatchObject({
      type: 'application',
      name: 'layer',
      'bom-ref': 'layer:layer',
      hashes: [{ alg: 'SHA-256', content: hash('f') }],
      properties: [
        { name: 'aws:lambda:layer:CodeSha256', value: manifest.codeSha256 },
        { name: 'aws:lambda:layer:cpu', value: 'x86' },
      ],
    });
  });

  test('has the version, license, source and file hashes of each component', () => {
    const rendered = render().components.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    expect(rendered).toMatchObject([
      {
        type: 'file',
        name: 'lib/liby.so.1',
        'bom-ref': 'file:lib/liby.so.1',
        hashes: [{ alg: 'SHA-256', content: hash('4') }],
      },
      {
        type: 'library',
        name: 'libx1',
        version: '1.2-3+b1',
        'bom-ref': 'pkg:deb/debian/libx1@1.2-3%2Bb1?arch=amd64',
        licenses: [{ expression: 'GPL-2.0-or-later OR LGPL-3.0-or-later', acknowledgement: 'declared' }],
        externalReferences: [{ type: 'license', url: 'licenses.txt' }],
        properties: [
          { name: 'source:name', value: 'libx' },
          { name: 'source:version', value: '1.2-3' },
        ],
        components: [{ name: 'lib/libx.so.1', hashes: [{ alg: 'SHA-256', content: hash('3') }] }],
      },
      {
        type: 'application',
        name: 'tool',
        version: '2.0',
        'bom-ref': 'tool@2.0',
        cpe: 'cpe:2.3:a:example:tool:2.0:*:*:*:*:*:*:*',
        licenses: [{ license: { id: 'PHP-3.01', acknowledgement: 'declared' } }],
        externalReferences: [
          {
            type: 'source-distribution',
            url: 'https://example.org/tool.tar.gz',
            hashes: [{ alg: 'SHA-256', content: hash('a') }],
          },
        ],
        components: [{ type: 'file', name: 'bin/tool', hashes: [{ alg: 'SHA-256', content: hash('1') }] }],
      },
    ]);
  });

  test.each([
    ['MIT', { license: { id: 'MIT', acknowledgement: 'declared' } }],
    ['mit', { license: { id: 'MIT', acknowledgement: 'declared' } }],
    ['MIT AND curl', { expression: 'MIT AND curl', acknowledgement: 'declared' }],
    ['OpenSSL and SSLeay', { license: { name: 'OpenSSL and SSLeay', acknowledgement: 'declared' } }],
  ])('has the license %j, by its SPDX name if there is one', (license, expected) => {
    const { components: rendered } = render({
      components: [{ name: 'x', type: 'library', license, files: ['bin/tool'] }],
    });
    expect(rendered.find(({ name }) => name === 'x')?.licenses).toEqual([expected]);
  });

  test('has the dependencies between components that the loader finds', () => {
    const libx = 'pkg:deb/debian/libx1@1.2-3%2Bb1?arch=amd64';
    expect(render().dependencies).toEqual(
      expect.arrayContaining([
        { ref: 'layer:layer', dependsOn: ['file:lib/liby.so.1', libx, 'tool@2.0'] },
        { ref: 'tool@2.0', dependsOn: [libx] },
        { ref: libx, dependsOn: ['file:lib/liby.so.1'] },
      ]),
    );
  });

  test('is the same for the same layer, without a time, and has another serial number for another layer', () => {
    expect(renderSbom(content)).toBe(renderSbom({ ...content, components: [...components] }));
    const { serialNumber, metadata } = render();
    expect(metadata.timestamp).toBeUndefined();
    expect(serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const other = { ...manifest, codeSha256: Buffer.from(hash('e'), 'hex').toString('base64') };
    expect(render({ manifest: other }).serialNumber).not.toBe(serialNumber);
    expect(render({ components: [] }).serialNumber).not.toBe(serialNumber);
  });

  test('does not depend on the order of the components', () => {
    expect(renderSbom({ ...content, components: components.toReversed() })).toBe(renderSbom(content));
  });
});

test('findUnclaimed returns the ELF files that belong to no component', () => {
  expect(findUnclaimed(content)).toEqual(['lib/liby.so.1']);
});
