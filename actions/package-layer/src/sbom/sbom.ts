import { createHash } from 'node:crypto';
import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License';
import {
  ComponentType,
  ExternalReferenceType,
  HashAlgorithm,
  LicenseAcknowledgement,
} from '@cyclonedx/cyclonedx-library/Enums';
import {
  Bom,
  Component,
  ExternalReference,
  HashDictionary,
  type License,
  Metadata,
  Property,
} from '@cyclonedx/cyclonedx-library/Models';
import { JSON as BomJson, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot7 } from '@cyclonedx/cyclonedx-library/Spec';
import parseSpdxExpression from 'spdx-expression-parse';
import type { Manifest, ManifestEntry } from '#lib/layer/manifest.ts';
import type { ComponentKind, ComponentSource, LayerComponent } from './components.ts';

type FileEntry = Extract<ManifestEntry, { readonly type: 'file' }>;

/** Facts for an SBOM, all from the layer and its builder. */
export interface LayerContent {
  readonly manifest: Manifest;
  readonly components: readonly LayerComponent[];
  /** Libraries that each ELF file needs, with the place where the audit found each. */
  readonly libraries: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Renders a layer's SBOM as CycloneDX JSON, in the newest version that CycloneDX's library writes. Each component lists
 * its files in the layer with their SHA-256. Dependencies between components follow from the places where the audit
 * found the libraries.
 *
 * The same layer has the same SBOM: it contains no time, and the serial number is a hash of the rest (a UUID of version
 * 8, RFC 9562).
 */
export function renderSbom(content: LayerContent): string {
  const bom = toBom(content);
  const serializer = new JsonSerializer(new BomJson.Normalize.Factory(Spec1dot7));
  const options = { sortLists: true, space: 2 } as const;
  bom.serialNumber = toSerialNumber(serializer.serialize(bom, options));
  return `${serializer.serialize(bom, options)}\n`;
}

/** Returns the ELF files that belong to no component. The SBOM has only their hashes. */
export function findUnclaimed({ components, libraries, manifest }: LayerContent): readonly string[] {
  const claimed = new Set(components.flatMap(({ files }) => files));
  return manifest.files.flatMap(({ type, path }) =>
    type === 'file' && path in libraries && !claimed.has(path) ? [path] : [],
  );
}

function toBom(content: LayerContent): Bom {
  const { manifest, components, libraries } = content;
  const files = new Map(
    manifest.files.flatMap((entry) => (entry.type === 'file' ? [[entry.path, entry] as const] : [])),
  );
  const layer = new Component(ComponentType.Application, manifest.name, {
    bomRef: `layer:${manifest.name}`,
    hashes: sha256(Buffer.from(manifest.codeSha256, 'base64').toString('hex')),
  });
  layer.properties.add(new Property('aws:lambda:layer:CodeSha256', manifest.codeSha256));
  layer.properties.add(new Property('aws:lambda:layer:cpu', manifest.cpu));

  const byFile = new Map<string, Component>();
  for (const component of components) {
    const present = component.files.flatMap((path) => files.get(path) ?? []);
    if (present.length === 0) continue;
    const bomComponent = toComponent(component, present);
    for (const { path } of present) byFile.set(path, bomComponent);
  }
  for (const path of findUnclaimed(content)) {
    const file = files.get(path);
    if (file) byFile.set(path, toFile(file));
  }
  const bom = new Bom({ metadata: new Metadata({ component: layer }) });
  for (const component of byFile.values()) {
    bom.components.add(component);
    layer.dependencies.add(component.bomRef);
  }
  for (const [path, needed] of Object.entries(libraries)) {
    for (const library of Object.values(needed)) addDependency(byFile.get(path), byFile.get(library));
  }
  return bom;
}

function addDependency(from: Component | undefined, to: Component | undefined): void {
  if (from !== undefined && to !== undefined && from !== to) from.dependencies.add(to.bomRef);
}

const componentTypes: Readonly<Record<ComponentKind, ComponentType>> = {
  application: ComponentType.Application,
  data: ComponentType.Data,
  framework: ComponentType.Framework,
  library: ComponentType.Library,
};

function toComponent(component: LayerComponent, files: readonly FileEntry[]): Component {
  const { name, version, type, purl, cpe, license, licenseText, source } = component;
  const bomComponent = new Component(componentTypes[type], name, {
    bomRef: purl ?? (version === undefined ? name : `${name}@${version}`),
    version,
    purl,
    cpe,
  });
  if (license !== undefined) bomComponent.licenses.add(toLicense(license));
  if (licenseText !== undefined) {
    bomComponent.externalReferences.add(
      new ExternalReference(licenseText, ExternalReferenceType.License, { comment: 'Path in the layer.' }),
    );
  }
  if (source !== undefined) addSource(bomComponent, source);
  for (const file of files) bomComponent.components.add(toFile(file));
  return bomComponent;
}

function addSource(component: Component, { url, ...source }: ComponentSource): void {
  if (url !== undefined) {
    const hashes = source.sha256 === undefined ? new HashDictionary() : sha256(source.sha256);
    component.externalReferences.add(
      new ExternalReference(url, ExternalReferenceType.SourceDistribution, { hashes }),
    );
  }
  for (const [name, value] of Object.entries(source)) {
    component.properties.add(new Property(`source:${name}`, value));
  }
}

const licenses = new Factories.LicenseFactory(parseSpdxExpression);

function toLicense(text: string): License {
  const license = licenses.makeFromString(text);
  license.acknowledgement = LicenseAcknowledgement.Declared;
  return license;
}

function toFile({ path, sha256: hash }: FileEntry): Component {
  return new Component(ComponentType.File, path, { bomRef: `file:${path}`, hashes: sha256(hash) });
}

function sha256(hexadecimal: string): HashDictionary {
  return new HashDictionary([[HashAlgorithm['SHA-256'], hexadecimal]]);
}

function toSerialNumber(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `urn:uuid:${groups.join('-')}`;
}
