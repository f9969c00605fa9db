import { resolve, sep } from 'node:path';
import { type Cpu, cpus } from '../../shared/cpu.ts';
import { InputError } from '../../shared/errors.ts';
import { oneOf, optionalText, text } from '../../shared/inputs.ts';
import { parseWaivers, type Waiver } from './audit/waivers.ts';

export interface Inputs {
  /** Absolute path of the tree that becomes /opt. */
  readonly path: string;
  readonly name: string;
  readonly cpu: Cpu | 'any';
  /** Absolute path of the folder for what is made. */
  readonly output: string;
  readonly metadata: string | undefined;
  readonly waivers: readonly Waiver[];
}

/** AWS's rule for LayerName in PublishLayerVersion, without the ARN form. */
const layerName = /^[a-zA-Z0-9_-]{1,140}$/;

export function readInputs(): Inputs {
  const name = text('name');
  if (!layerName.test(name))
    throw new InputError('name', 'must be 1 to 140 letters, digits, "-" or "_"', name);
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
    waivers: parseWaivers(optionalText('waive') ?? ''),
  };
}
