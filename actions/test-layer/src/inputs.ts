import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type BaseOsChoice, baseOsChoices } from '#lib/base-os/names.ts';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';
import { layersPerFunction } from '#lib/layer/quotas.ts';
import { InputError } from '#lib/node/errors.ts';
import * as input from '#lib/node/inputs.ts';
import { type Settings, type TargetName, targets } from './cases/options.ts';
import type { Call } from './report/reproduce.ts';

export interface Inputs {
  /** Zips, or ARNs of layer versions, in the order in which they are stacked at /opt. */
  readonly layers: readonly string[];
  /** Folders of test cases. */
  readonly tests: readonly string[];
  readonly cpu: Cpu;
  readonly target: TargetName;
  readonly base: BaseOsChoice;
  /** Text that the names of the cases to run contain, or the whole name of one. */
  readonly filter: string | undefined;
  /** How cases are run that say nothing else. */
  readonly settings: Settings;
  /** Absolute path of the program that is the runtime of functions; undefined for a `bootstrap`. */
  readonly entrypoint: string | undefined;
  /** Paths and patterns of files that later layers are meant to replace. */
  readonly expectedOverlaps: readonly string[];
  /** Path of the emulator's binary; undefined to fetch it. */
  readonly rie: string | undefined;
  /** ARN of the role that functions of the target `lambda` have. */
  readonly role: string | undefined;
  /** Region of the target `lambda`; undefined for the environment's. */
  readonly region: string | undefined;
  /** Path ending in .json or .xml; undefined for none. */
  readonly report: string | undefined;
  /** Folder for what is fetched once and kept. */
  readonly cacheFolder: string;
}

export function readInputs(): Inputs {
  const target = input.oneOf('target', targets);
  return {
    layers: readLayers(target),
    tests: input.list('tests'),
    cpu: input.oneOf('cpu', cpus),
    target,
    base: input.oneOf('base', baseOsChoices),
    filter: input.optionalText('filter'),
    settings: {
      environment: input.assignments('env'),
      timeout: input.integer('timeout', 1, 900),
      memory: input.integer('memory', 128, 10_240),
      temporarySpace: 512,
      cpuShare: input.flag('cpu-share'),
    },
    entrypoint: readEntrypoint(),
    expectedOverlaps: input.optionalList('expected-overlaps'),
    rie: input.optionalText('rie'),
    role: readRole(target),
    region: input.optionalText('region'),
    report: readReport(),
    // RUNNER_TOOL_CACHE is kept between the jobs of a self-hosted runner; a laptop keeps its own beside the project.
    cacheFolder: process.env.RUNNER_TOOL_CACHE || '.cache',
  };
}

export function isLayerArn(layer: string): boolean {
  return layer.startsWith('arn:');
}

function readLayers(target: TargetName): readonly string[] {
  const layers = input.list('layers');
  if (layers.length > layersPerFunction) {
    const rule = `must list at most ${layersPerFunction} layers, as a function can have`;
    throw new InputError('layers', rule, layers.join(' '));
  }
  for (const arn of layers.filter(isLayerArn)) {
    if (target !== 'lambda') {
      throw new InputError('layers', 'must list zips; an ARN needs the target "lambda"', arn);
    }
    if (!/^arn:[\w-]+:lambda:[\w-]+:\d{12}:layer:[\w-]+:\d+$/.test(arn)) {
      throw new InputError('layers', 'must list zips or ARNs of layer versions, which end in a number', arn);
    }
  }
  return layers;
}

function readEntrypoint(): string | undefined {
  const entrypoint = input.optionalText('entrypoint');
  if (entrypoint !== undefined && !/^\/\S+$/.test(entrypoint)) {
    throw new InputError(
      'entrypoint',
      'must be the absolute path of one program, such as /opt/bin/runtime',
      entrypoint,
    );
  }
  return entrypoint;
}

function readRole(target: TargetName): string | undefined {
  const role = input.optionalText('role');
  if (target === 'lambda' && !/^arn:[\w-]+:iam::\d{12}:role\/\S+$/.test(role ?? '')) {
    const rule = 'must be the ARN of the role that functions of the target "lambda" have';
    throw new InputError('role', rule, role ?? '');
  }
  return role;
}

/** On GitHub there is always one, since an output names it. */
function readReport(): string | undefined {
  const report = input.optionalText('report');
  if (report !== undefined && !/\.(json|xml)$/.test(report)) {
    throw new InputError('report', 'must be a path that ends in .json or .xml', report);
  }
  const { RUNNER_TEMP } = process.env;
  return report ?? (RUNNER_TEMP ? join(RUNNER_TEMP, `test-layer-${randomUUID()}.xml`) : undefined);
}

/** How this process was called, for commands that call it again. */
export function readCall(program: string): Call {
  const variables = Object.entries(process.env).filter(([name]) => name.startsWith('INPUT_'));
  const environment = Object.fromEntries(variables.map(([name, value]) => [name, value ?? '']));
  const command = process.env.ACTION_COMMAND;
  return { command: command ? (JSON.parse(command) as string[]) : undefined, environment, program };
}
