import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Cpu } from '#lib/layer/cpu.ts';
import { bytes } from '#lib/layer/limits.ts';
import schema from '#lib/layer/manifest.schema.json' with { type: 'json' };
import type { Manifest, ManifestEntry } from '#lib/layer/manifest.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError, InputError } from '#lib/node/errors.ts';
import type { LayerObject } from './loader.ts';

/** A layer that lies below the one that is packaged, as its manifest describes it. */
export interface BaseLayer {
  readonly name: string;
  /** Bytes of all files once unpacked. */
  readonly unzippedSize: number;
  readonly entries: ReadonlyMap<string, ManifestEntry>;
  readonly objects: readonly LayerObject[];
}

const validate = new Ajv2020().compile<Manifest>(schema);

/**
 * The layers that a function has below this one, the lowest first. Throws an InputError where one is no manifest of
 * package-layer, of another CPU, or without the facts that an audit needs.
 */
export async function readBaseLayers(
  paths: readonly string[],
  cpu: Cpu | 'any',
): Promise<readonly BaseLayer[]> {
  return Promise.all(paths.map((path) => readBaseLayer(path, cpu)));
}

/** Throws an ActionError where Lambda could not unpack a layer of `size` bytes together with those below it. */
export function checkStackSize(size: number, bases: readonly BaseLayer[]): void {
  const below = bases.reduce((sum, { unzippedSize }) => sum + unzippedSize, 0);
  if (below + size <= unzippedLimitBytes) return;
  const names = bases.map(({ name, unzippedSize }) => `${name} ${bytes(unzippedSize)}`);
  throw new ActionError(
    `Together with the layers below (${names.join(', ')}) the tree has ${bytes(below + size)}; Lambda unpacks at most ` +
      `${bytes(unzippedLimitBytes)}, a function and all of its layers together. Leave out what the others have.`,
  );
}

async function readBaseLayer(path: string, cpu: Cpu | 'any'): Promise<BaseLayer> {
  const reject = (rule: string): InputError => new InputError('base-manifests', rule, path);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    // What a parser says of a zip, given for its manifest, has the zip's own bytes in it.
    const fault = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
    throw reject(`must list manifests that package-layer made (${fault})`);
  }
  if (!validate(manifest)) {
    const [fault] = validate.errors ?? [];
    throw reject(
      `must list manifests that package-layer made (${fault?.instancePath || 'it'} ${fault?.message})`,
    );
  }
  const { name, unzippedSize, files, elf } = manifest;
  // A layer without machine code may lie on layers of either CPU.
  if (manifest.cpu !== cpu && manifest.cpu !== 'any' && cpu !== 'any') {
    throw reject(`must list layers of the CPU ${cpu}, or of any; "${name}" is for ${manifest.cpu}`);
  }
  if (elf === undefined && manifest.cpu !== 'any') {
    throw reject(
      `must list manifests with the section "elf"; package "${name}" again with this package-layer`,
    );
  }
  return {
    name,
    unzippedSize,
    entries: new Map(files.map((entry) => [entry.path, entry])),
    objects: (elf ?? []).map(
      ({ path: file, interpreter, soname, rpath, runpath, needed, versionDefinitions }) => ({
        path: file,
        base: name,
        // Symbols are not in a manifest: a search for one says nothing.
        elf: { interpreter, soname, rpath, runpath, needed, versionDefinitions, defines: undefined },
      }),
    ),
  };
}
