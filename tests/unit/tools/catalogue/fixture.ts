import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import listed from '#lib/aws/regions.json' with { type: 'json' };
import { identifyLayer } from '../../../../tools/catalogue/data/layer-name.ts';
import type { CatalogueLayer, LayerContent } from '../../../../tools/catalogue/data/layers.ts';

/** The regions that Bref's layers go to. */
export const brefRegions = listed.filter(({ bref }) => bref).map(({ name }) => name);

export const codeSha256 = 'JomPbIR+nkEigG5aGzbRSskp54jt7EqIrxuVt0N6Ars=';

/** A layer of the page with as much in it as a real one has: 46 extensions and 40 libraries. */
export function makeCatalogueLayer(name: string, content: Partial<LayerContent> = {}): CatalogueLayer {
  return {
    ...identifyLayer(name),
    name,
    versions: brefRegions.map((region) => ({ region, partition: 'aws', version: 7 })),
    content: {
      size: 29_698_889,
      unzippedSize: 85_352_014,
      codeSha256,
      php: '8.2.32',
      base: 'al2023',
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

/** A manifest in the form that package-layer writes, with what build-php says of a tree. */
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

/** An SBOM in the form that package-layer writes. */
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

/** Writes what package-layer leaves for each layer. */
export async function writeManifests(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await writeFile(join(folder, `${name}.manifest.json`), JSON.stringify(makeManifest(name)));
    await writeFile(join(folder, `${name}.sbom.json`), JSON.stringify(makeSbom()));
  }
}
