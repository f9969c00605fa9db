import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Cpu } from '#lib/layer/cpu.ts';
import { formatBytes } from '#lib/layer/limits.ts';
import schema from '#lib/layer/manifest.schema.json' with { type: 'json' };
import type { Manifest, ManifestEntry } from '#lib/layer/manifest.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError, InputError } from '#lib/node/errors.ts';
import type { LayerObject } from './loader.ts';

/** A layer that the audited layer is stacked on, as its manifest describes it. */
export interface LowerLayer {
  readonly name: string;
  /** Total size of all files after unpacking. */
  readonly unzippedSizeBytes: number;
  readonly entries: ReadonlyMap<string, ManifestEntry>;
  readonly objects: readonly LayerObject[];
}

const validate = new Ajv2020().compile<Manifest>(schema);

/**
 * Reads the manifests of the lower layers.
 *
 * @param paths paths of the manifests, the lowest layer first
 * @throws InputError if one is not a manifest of package-layer, is for another CPU, or lacks the facts for an audit
 */
export async function readLowerLayers(
  paths: readonly string[],
  cpu: Cpu | 'any',
): Promise<readonly LowerLayer[]> {
  return Promise.all(paths.map((path) => readLowerLayer(path, cpu)));
}

/**
 * Checks that Lambda can unpack a layer together with its lower layers.
 *
 * @throws ActionError if they exceed Lambda's limit together
 */
export function checkStackSize(sizeBytes: number, lowerLayers: readonly LowerLayer[]): void {
  const totalBytes = lowerLayers.reduce((sum, { unzippedSizeBytes }) => sum + unzippedSizeBytes, sizeBytes);
  if (totalBytes <= unzippedLimitBytes) return;
  const names = lowerLayers.map(
    ({ name, unzippedSizeBytes }) => `${name}: ${formatBytes(unzippedSizeBytes)}`,
  );
  throw new ActionError(
    `The layer tree and its lower layers (${names.join(', ')}) have ${formatBytes(totalBytes)} together. Lambda unpacks at ` +
      `most ${formatBytes(unzippedLimitBytes)} for a function with all its layers. Remove files that the lower layers contain.`,
  );
}

async function readLowerLayer(path: string, cpu: Cpu | 'any'): Promise<LowerLayer> {
  const reject = (fault: string): InputError =>
    new InputError(
      `Input "lower-layer-manifests" must list manifests that package-layer wrote; ${path} ${fault}.`,
    );
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    // The parser's message is left out: if the path leads to a zip, it would contain bytes of the zip.
    if (error instanceof SyntaxError) throw reject('is not JSON');
    throw reject(`cannot be read (${(error as Error).message})`);
  }
  if (!validate(manifest)) {
    const [fault] = validate.errors ?? [];
    throw reject(`breaks their schema: ${fault?.instancePath || 'it'} ${fault?.message}`);
  }
  const { name, unzippedSize, files, elf } = manifest;
  // A layer without machine code can be stacked on layers of either CPU.
  if (manifest.cpu !== cpu && manifest.cpu !== 'any' && cpu !== 'any') {
    throw new InputError(
      `Input "lower-layer-manifests" must list layers for the CPU ${cpu} or any; "${name}" in ${path} is for ${manifest.cpu}.`,
    );
  }
  if (elf === undefined && manifest.cpu !== 'any') {
    throw new InputError(
      `Input "lower-layer-manifests" must list manifests with the section "elf", which ${path} lacks. Package "${name}" again ` +
        'with this release of package-layer.',
    );
  }
  return {
    name,
    unzippedSizeBytes: unzippedSize,
    entries: new Map(files.map((entry) => [entry.path, entry])),
    objects: (elf ?? []).map(
      ({ path: file, interpreter, soname, rpath, runpath, needed, versionDefinitions }) => ({
        path: file,
        lowerLayer: name,
        // A manifest has no symbols.
        elf: {
          interpreter,
          soname,
          rpath,
          runpath,
          needed,
          versionDefinitions,
          defines: undefined,
          exports: undefined,
        },
      }),
    ),
  };
}
