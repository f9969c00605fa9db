import { resolve, sep } from 'node:path';
import { parseWaivers, type Waiver } from '#lib/audit/waivers.ts';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';
import { isLayerName, layerNameRule } from '#lib/layer/layer-name.ts';
import { formatMebibytes, type Limits } from '#lib/layer/limits.ts';
import { layersPerFunction, unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { InputError } from '#lib/node/errors.ts';
import { flag, oneOf, optionalList, optionalText, text } from '#lib/node/inputs.ts';
import type { Logger } from '#lib/node/logger.ts';
import { type Level, levels } from '#lib/zip/levels.ts';

export interface Inputs {
  /** Absolute path of the layer tree. */
  readonly path: string;
  readonly name: string;
  readonly cpu: Cpu | 'any';
  /** Absolute path of the output folder. */
  readonly output: string;
  readonly metadata: string | undefined;
  /** Name of a built-in policy, or path of a policy file. */
  readonly policy: string;
  /** Paths of the manifests of the lower layers, the lowest first. */
  readonly lowerLayerManifests: readonly string[];
  readonly waivers: readonly Waiver[];
  /** Whether to leave out files that no layer needs. */
  readonly prune: boolean;
  readonly limits: Limits;
  readonly level: Level;
}

/** The packaged layer itself is one of the function's layers. */
const maxLowerLayers = layersPerFunction - 1;

/** @throws InputError if an input breaks its rule */
export function readInputs(log: Pick<Logger, 'warning'>): Inputs {
  const name = text('name');
  if (!isLayerName(name)) throw new InputError(`Input "name" ${layerNameRule}; got ${JSON.stringify(name)}.`);
  const path = resolve(text('path'));
  const output = resolve(text('output'));
  if (`${output}${sep}`.startsWith(`${path}${sep}`)) {
    throw new InputError(`Input "output" must be outside of the layer tree ${path}; got "${output}".`);
  }
  return {
    path,
    name,
    cpu: oneOf('cpu', [...cpus, 'any']),
    output,
    metadata: optionalText('metadata'),
    policy: text('policy'),
    lowerLayerManifests: readLowerLayerManifests(log),
    waivers: parseWaivers(optionalText('waive') ?? ''),
    prune: flag('prune'),
    level: oneOf('level', levels),
    limits: { zipBytes: readByteCount('max-zip-size'), unzippedBytes: readByteCount('max-unzipped-size') },
  };
}

function readLowerLayerManifests(log: Pick<Logger, 'warning'>): readonly string[] {
  const paths = optionalList('lower-layer-manifests');
  const oldPaths = optionalList('base-manifests');
  if (oldPaths.length > 0) {
    if (paths.length > 0) {
      throw new InputError(
        'Inputs "lower-layer-manifests" and "base-manifests" are both set. ' +
          '"base-manifests" is the old name: move its manifests to "lower-layer-manifests".',
      );
    }
    log.warning(
      'Input "base-manifests" is now called "lower-layer-manifests". The next major version removes the old name.',
    );
  }
  const manifests = [...paths, ...oldPaths];
  if (manifests.length > maxLowerLayers) {
    throw new InputError(
      `Input "lower-layer-manifests" must list at most ${maxLowerLayers} manifests, because a function has at most ` +
        `${layersPerFunction} layers; got ${JSON.stringify(manifests.join(' '))}.`,
    );
  }
  return manifests;
}

const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20 };

/**
 * Reads a size such as `52428800` or `50 MiB`. Lambda's limit for the unzipped files is the maximum of both sizes,
 * because a zip is larger than its files only if it compresses nothing.
 */
function readByteCount(name: string): number {
  const value = text(name);
  const [, number = '', unit = ''] = /^(\d+)(?: ?(KiB|MiB))?$/.exec(value) ?? [];
  const bytes = number === '' ? 0 : Number(number) * (units[unit] ?? 1);
  if (bytes < 1 || bytes > unzippedLimitBytes) {
    throw new InputError(
      `Input "${name}" must be a number of bytes, KiB or MiB, such as "50 MiB", and at most ${formatMebibytes(unzippedLimitBytes)}; ` +
        `got ${JSON.stringify(value)}.`,
    );
  }
  return bytes;
}
