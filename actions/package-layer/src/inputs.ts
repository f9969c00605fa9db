import { resolve, sep } from 'node:path';
import { parseWaivers, type Waiver } from '#lib/audit/waivers.ts';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';
import { isLayerName, layerNameRule } from '#lib/layer/layer-name.ts';
import type { Limits } from '#lib/layer/limits.ts';
import { layersPerFunction, unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { InputError } from '#lib/node/errors.ts';
import { flag, oneOf, optionalList, optionalText, text } from '#lib/node/inputs.ts';
import { type Level, levels } from '#lib/zip/levels.ts';

export interface Inputs {
  /** Absolute path of the tree that becomes /opt. */
  readonly path: string;
  readonly name: string;
  readonly cpu: Cpu | 'any';
  /** Absolute path of the folder for what is made. */
  readonly output: string;
  readonly metadata: string | undefined;
  /** The name of a built-in policy, or the path of a policy file. */
  readonly policy: string;
  /** Paths of the manifests of the layers below, the lowest first. */
  readonly baseManifests: readonly string[];
  readonly waivers: readonly Waiver[];
  /** Leave out what a layer never needs. */
  readonly prune: boolean;
  readonly limits: Limits;
  readonly level: Level;
}

/** A function takes five layers (AWS, "Lambda quotas"), of which this one is the last. */
const mostBaseLayers = layersPerFunction - 1;

export function readInputs(): Inputs {
  const name = text('name');
  if (!isLayerName(name)) throw new InputError('name', layerNameRule, name);
  const path = resolve(text('path'));
  const output = resolve(text('output'));
  if (`${output}${sep}`.startsWith(`${path}${sep}`)) {
    throw new InputError('output', `must not lie in the tree that is packaged, ${path}`, output);
  }
  return {
    path,
    name,
    cpu: oneOf('cpu', [...cpus, 'any']),
    output,
    metadata: optionalText('metadata'),
    policy: text('policy'),
    baseManifests: readBaseManifests(),
    waivers: parseWaivers(optionalText('waive') ?? ''),
    prune: flag('prune'),
    level: oneOf('level', levels),
    limits: { zip: byteCount('max-zip-size'), unzipped: byteCount('max-unzipped-size') },
  };
}

function readBaseManifests(): readonly string[] {
  const paths = optionalList('base-manifests');
  if (paths.length > mostBaseLayers) {
    const rule = `must list at most ${mostBaseLayers} manifests, since a function takes five layers`;
    throw new InputError('base-manifests', rule, paths.join(' '));
  }
  return paths;
}

const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20 };

/**
 * Bytes, from `52428800` or `50 MiB`. No zip can be larger than what Lambda unpacks either: nothing in it would be
 * compressed.
 */
function byteCount(name: string): number {
  const value = text(name);
  const [, number = '', unit = ''] = /^(\d+)(?: ?(KiB|MiB))?$/.exec(value) ?? [];
  const bytes = number === '' ? 0 : Number(number) * (units[unit] ?? 1);
  if (bytes < 1 || bytes > unzippedLimitBytes) {
    throw new InputError(
      name,
      'must be a number of bytes, KiB or MiB, such as "50 MiB", of at most 250 MiB',
      value,
    );
  }
  return bytes;
}
