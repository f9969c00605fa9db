import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyLayer } from '../../../../tools/catalogue/data/layer-name.ts';
import type { CatalogueLayer, LayerContent } from '../../../../tools/catalogue/data/layers.ts';

/** 22 regions, in the order of regions.json. The list is fixed, so that a new region breaks no test. */
export const regions = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1', 'eu-north-1'],
  ...['ap-south-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2'],
  ...['af-south-1', 'ap-east-1', 'ap-southeast-3', 'eu-south-1', 'eu-south-2'],
];

export const codeSha256 = 'JomPbIR+nkEigG5aGzbRSskp54jt7EqIrxuVt0N6Ars=';

/** A layer with as much content as a real one: 46 extensions and 40 libraries. */
export function makeCatalogueLayer(name: string, content: Partial<LayerContent> = {}): CatalogueLayer {
  return {
    ...identifyLayer(name),
    name,
    versions: regions.map((region) => ({ region, partition: 'aws', version: 7 })),
    content: {
      size: 29_698_889,
      unzippedSize: 85_352_014,
      codeSha256,
      php: '8.2.32',
      baseOs: 'al2023',
      extensions: {
        static: Array.from({ length: 42 }, (_, index) => `extension${index}`),
        shared: ['apcu', 'intl', 'opcache', 'redis'],
      },
      libraries: Array.from({ length: 40 }, (_, index) => ({
        name: `library-${index}`,
        version: `1.${index}.0-2+deb12u15`,
      })),
      ...content,
    },
  };
}

/** A manifest in package-layer's format, with metadata in build-php's format. */
export function makeManifest(name: string, overrides: object = {}): object {
  return {
    schema: 1,
    name,
    cpu: identifyLayer(name).cpu,
    zip: `${name}.zip`,
    size: 29_698_889,
    unzippedSize: 85_352_014,
    codeSha256,
    files: [],
    metadata: {
      schema: 1,
      php: '8.2.32',
      base: 'al2023',
      facts: { extensions: { static: ['curl', 'json'], shared: ['intl', 'opcache'] } },
    },
    ...overrides,
  };
}

/** An SBOM in package-layer's format. */
export function makeSbom(): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    components: [
      makeComponent('libk5crypto3', '1.20.1-2+deb12u5', 'krb5', '1.20.1-2+deb12u5'),
      makeComponent('libkrb5-3', '1.20.1-2+deb12u5', 'krb5', '1.20.1-2+deb12u5'),
      makeComponent('libbz2-1.0', '1.0.8-5+b1', 'bzip2', '1.0.8-5'),
      { type: 'library', name: 'tool', version: '2.1' },
      { type: 'application', name: 'php', version: '8.2.32' },
      { type: 'file', name: 'lib/unknown.so' },
    ],
  };
}

function makeComponent(name: string, version: string, source: string, sourceVersion: string): object {
  const properties = [
    { name: 'source:name', value: source },
    { name: 'source:version', value: sourceVersion },
  ];
  return { type: 'library', name, version, properties };
}

/** Writes a manifest and an SBOM for each layer. */
export async function writeManifests(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await writeFile(join(folder, `${name}.manifest.json`), JSON.stringify(makeManifest(name)));
    await writeFile(join(folder, `${name}.sbom.json`), JSON.stringify(makeSbom()));
  }
}
