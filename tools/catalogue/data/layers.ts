import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, readManifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import { identifyLayer, type LayerIdentity } from './layer-name.ts';
import { type Library, listLibraries } from './libraries.ts';
import type { PublishedLayers, PublishedVersion } from './published.ts';
import { readJson } from './read-json.ts';
import type { Support } from './support.ts';

/** What the page says of a layer. */
export interface CatalogueLayer extends LayerIdentity {
  readonly name: string;
  readonly versions: readonly PublishedVersion[];
  /** Undefined where the layer has no manifest: then its ARNs are all that is known. */
  readonly content: LayerContent | undefined;
}

/** From the manifest that package-layer wrote, with what build-php said of the tree, and from the SBOM. */
export interface LayerContent {
  /** Bytes. */
  readonly size: number;
  /** Bytes. */
  readonly unzippedSize: number;
  /** Base64, as AWS names it. */
  readonly codeSha256: string;
  /** Such as `8.2.32`. */
  readonly php: string | undefined;
  /** The system that it was built on, such as `al2023`. */
  readonly base: string | undefined;
  readonly extensions: Extensions | undefined;
  readonly libraries: readonly Library[];
}

export interface Extensions {
  readonly static: readonly string[];
  readonly shared: readonly string[];
}

export interface LayersRead {
  readonly layers: readonly CatalogueLayer[];
  /** For whoever makes the page: what it could not say. */
  readonly warnings: readonly string[];
}

/**
 * Reads `<name>.manifest.json` and `<name>.sbom.json` of each published layer. What is missing is a warning, what is
 * broken an ActionError.
 */
export async function readLayers(
  published: PublishedLayers,
  folder: string,
  support: Support,
): Promise<LayersRead> {
  const files = await readdir(folder).catch((cause) => {
    throw new ActionError(`${folder} cannot be read: it must hold *.manifest.json of package-layer.`, {
      cause,
    });
  });
  const warnings = files.flatMap((file) => {
    const name = /^(.+)\.manifest\.json$/.exec(file)?.[1];
    return name === undefined || published.has(name)
      ? []
      : [`${name} is not published: the page leaves it out.`];
  });
  const layers: CatalogueLayer[] = [];
  for (const [name, versions] of published) {
    const identity = identifyLayer(name);
    const manifest = await readManifest(join(folder, `${name}.zip`));
    if (manifest === undefined) {
      warnings.push(`${name} has no manifest in ${folder}: the page has its ARNs, but not what is in it.`);
    }
    if (identity.php !== undefined && !(identity.php in support.php.branches)) {
      warnings.push(`PHP ${identity.php} has no dates in tools/catalogue/data/support.json: add php.net's.`);
    }
    const sbom = manifest && files.includes(`${name}.sbom.json`) ? await readSbom(folder, name) : undefined;
    const libraries = listLibraries(sbom);
    if (manifest !== undefined && identity.php !== undefined && libraries.length === 0) {
      warnings.push(`${name} has no SBOM that names versions: the page cannot list its libraries.`);
    }
    const cpu = manifest?.cpu ?? identity.cpu;
    layers.push({ ...identity, cpu, name, versions, content: manifest && toContent(manifest, libraries) });
  }
  return { layers, warnings: [...new Set(warnings)] };
}

async function readSbom(folder: string, name: string): Promise<unknown> {
  return readJson(join(folder, `${name}.sbom.json`), 'make it anew with package-layer');
}

function toContent(manifest: Manifest, libraries: readonly Library[]): LayerContent {
  const { size, unzippedSize, codeSha256 } = manifest;
  const { php, base, facts } = manifest.metadata ?? {};
  return {
    size,
    unzippedSize,
    codeSha256,
    php: typeof php === 'string' ? php : undefined,
    base: typeof base === 'string' ? base : undefined,
    extensions: toExtensions(isRecord(facts) ? facts.extensions : undefined),
    libraries,
  };
}

function toExtensions(value: unknown): Extensions | undefined {
  if (!isRecord(value)) return undefined;
  return { static: toNames(value.static), shared: toNames(value.shared) };
}

function toNames(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
