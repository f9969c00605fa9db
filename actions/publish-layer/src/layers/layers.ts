import { glob } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Layer } from '#lib/layer/layer.ts';
import { type Manifest, readManifest } from '#lib/layer/manifest.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Problems } from '../inputs/problems.ts';
import type { Inputs } from '../inputs.ts';
import {
  architecturesOf,
  findIdentityFaults,
  findManifestFaults,
  findPublishableFaults,
  findSizeFaults,
} from './rules.ts';
import { inspectZip } from './zip.ts';

export type LayerInputs = Pick<
  Inputs,
  | 'layers'
  | 'layerName'
  | 'compatibleArchitectures'
  | 'compatibleRuntimes'
  | 'description'
  | 'license'
  | 's3Bucket'
  | 'endpoints'
>;

/** Reads and checks every zip. Adds each fault to `problems`. */
export async function loadLayers(inputs: LayerInputs, problems: Problems): Promise<readonly Layer[]> {
  const paths = await findFiles(inputs.layers, problems);
  const layers: Layer[] = [];
  for (const path of paths) {
    const layer = await loadLayer(path, inputs, problems);
    if (layer !== undefined) layers.push(layer);
  }
  if (inputs.layerName !== undefined && paths.length > 1) {
    problems.add(
      `Input "layer-name" names one layer, but "layers" has ${paths.length}. Publish each in a separate step.`,
    );
  } else {
    for (const name of findDuplicates(layers.map((layer) => layer.name))) {
      problems.add(`Input "layers" must contain each layer once; got "${name}" more than once.`);
    }
  }
  return layers;
}

/** Expands paths and patterns (`*`, `?`, `[…]`, `{…}`). Files of a pattern are sorted by name. */
async function findFiles(patterns: readonly string[], problems: Problems): Promise<readonly string[]> {
  const files: string[] = [];
  for (const pattern of patterns) {
    const found: string[] = [];
    if (!/[*?[{]/.test(pattern)) found.push(pattern);
    else for await (const file of glob(pattern)) found.push(file);
    if (found.length === 0) problems.add(`Input "layers" must match files; no file matches ${pattern}.`);
    files.push(...found.sort());
  }
  return files;
}

async function loadLayer(path: string, inputs: LayerInputs, problems: Problems): Promise<Layer | undefined> {
  const zip = await inspectZip(path);
  if (typeof zip === 'string') {
    problems.add(zip);
    return undefined;
  }
  let manifest: Manifest | undefined;
  try {
    manifest = await readManifest(path);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    problems.add(error.message);
    return undefined;
  }
  const name = inputs.layerName ?? manifest?.name ?? basename(path).replace(/\.zip$/, '');
  problems.add(
    ...findSizeFaults(path, zip, manifest, inputs),
    ...findManifestFaults(path, zip, manifest),
    ...findIdentityFaults(path, name, manifest, inputs.compatibleArchitectures),
    ...findPublishableFaults(path, manifest, inputs),
  );
  return {
    name,
    path,
    sizeBytes: zip.sizeBytes,
    codeSha256: zip.codeSha256,
    architectures: inputs.compatibleArchitectures ?? architecturesOf(manifest?.cpu),
    runtimes: inputs.compatibleRuntimes ?? runtimesOf(manifest),
    description: inputs.description,
    license: inputs.license,
  };
}

/** Returns `compatibleRuntimes` from the builder's metadata, or an empty list. */
function runtimesOf(manifest: Manifest | undefined): readonly string[] {
  const runtimes = manifest?.metadata?.compatibleRuntimes;
  return Array.isArray(runtimes) ? runtimes.filter((runtime) => typeof runtime === 'string') : [];
}

function findDuplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
