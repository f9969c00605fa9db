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

/** A layer in the catalogue. */
export interface CatalogueLayer extends LayerIdentity {
  readonly name: string;
  readonly versions: readonly PublishedVersion[];
  /** Undefined if the layer has no manifest. Only its ARNs are known then. */
  readonly content: LayerContent | undefined;
}

/** Facts from package-layer's manifest, which includes build-php's metadata, and from the SBOM. */
export interface LayerContent {
  /** Size of the zip in bytes. */
  readonly size: number;
  /** Size of the unpacked layer in bytes. */
  readonly unzippedSize: number;
  /** SHA-256 of the zip in Base64, as AWS reports it. */
  readonly codeSha256: string;
  /** PHP release, such as `8.2.32`. */
  readonly php: string | undefined;
  /** Base OS of the build, such as `al2023`. */
  readonly baseOs: string | undefined;
  readonly extensions: Extensions | undefined;
  readonly libraries: readonly Library[];
}

export interface Extensions {
  readonly static: readonly string[];
  readonly shared: readonly string[];
}

export interface CatalogueLayers {
  readonly layers: readonly CatalogueLayer[];
  /** Messages about facts that the page lacks, for the person who creates it. */
  readonly warnings: readonly string[];
}

/**
 * Reads `<name>.manifest.json` and `<name>.sbom.json` of each published layer. A missing file is a warning.
 *
 * @param folder the folder of the manifests and SBOMs
 * @throws ActionError if the folder cannot be read or a file is broken
 */
export async function readLayers(
  published: PublishedLayers,
  folder: string,
  support: Support,
): Promise<CatalogueLayers> {
  const files = await readdir(folder).catch((cause) => {
    throw new ActionError(
      `${folder} cannot be read. It must be a folder with *.manifest.json files of package-layer.`,
      {
        cause,
      },
    );
  });
  const warnings = files.flatMap((file) => {
    const name = /^(.+)\.manifest\.json$/.exec(file)?.[1];
    return name === undefined || published.has(name)
      ? []
      : [`${name} is not published, so the page omits it.`];
  });
  const layers: CatalogueLayer[] = [];
  for (const [name, versions] of published) {
    const identity = identifyLayer(name);
    const manifest = await readManifest(join(folder, `${name}.zip`));
    if (manifest === undefined) {
      warnings.push(`${name} has no manifest in ${folder}, so the page shows its ARNs but not its contents.`);
    }
    if (identity.php !== undefined && !(identity.php in support.php.branches)) {
      warnings.push(`PHP ${identity.php} has no folder with support dates, so the page omits its dates.`);
    }
    const sbom = manifest && files.includes(`${name}.sbom.json`) ? await readSbom(folder, name) : undefined;
    const libraries = listLibraries(sbom);
    if (manifest !== undefined && identity.php !== undefined && libraries.length === 0) {
      warnings.push(`${name} has no SBOM with library versions, so the page does not list its libraries.`);
    }
    const cpu = manifest?.cpu ?? identity.cpu;
    layers.push({ ...identity, cpu, name, versions, content: manifest && toContent(manifest, libraries) });
  }
  return { layers, warnings: [...new Set(warnings)] };
}

async function readSbom(folder: string, name: string): Promise<unknown> {
  return readJson(join(folder, `${name}.sbom.json`), 'Create it again with package-layer.');
}

function toContent(manifest: Manifest, libraries: readonly Library[]): LayerContent {
  const { size, unzippedSize, codeSha256 } = manifest;
  const { php, base, facts } = manifest.metadata ?? {};
  return {
    size,
    unzippedSize,
    codeSha256,
    php: typeof php === 'string' ? php : undefined,
    baseOs: typeof base === 'string' ? base : undefined,
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
