import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readBaseOs } from '#lib/base-os/inputs.ts';
import type { BaseOsChoice } from '#lib/base-os/names.ts';
import { type Cpu, cpus } from '#lib/layer/cpu.ts';
import { layersPerFunction } from '#lib/layer/quotas.ts';
import { InputError } from '#lib/node/errors.ts';
import * as input from '#lib/node/inputs.ts';
import type { FunctionSettings } from '#lib/sandbox/function-settings.ts';
import { type TargetName, targets } from './cases/options.ts';
import type { Call } from './report/reproduce.ts';

export interface Inputs {
  /** Paths of zips, or ARNs of layer versions, in the order in which they are stacked at /opt. */
  readonly layers: readonly string[];
  /** Folders of cases. */
  readonly tests: readonly string[];
  readonly cpu: Cpu;
  readonly target: TargetName;
  readonly baseOs: BaseOsChoice;
  /** Image that replaces the one of al2023. */
  readonly baseImage: string | undefined;
  /** Part of the names of the cases to run, or the whole name of one case. */
  readonly filter: string | undefined;
  /** Settings of cases that do not have their own. */
  readonly settings: FunctionSettings;
  /** Paths and patterns of files that later layers replace on purpose. */
  readonly expectedOverlaps: readonly string[];
  /** Path of the emulator's binary. If undefined, the binary is downloaded. */
  readonly rie: string | undefined;
  /** ARN of the execution role of functions, for the target `lambda`. */
  readonly role: string | undefined;
  /** Region of the target `lambda`. If undefined, the environment's region is used. */
  readonly region: string | undefined;
  /** Path of the report, ending in .json or .xml. If undefined, no report is written. */
  readonly report: string | undefined;
  /** Folder for downloads that later runs reuse. */
  readonly cacheFolder: string;
}

export function readInputs(): Inputs {
  const target = input.oneOf('target', targets);
  return {
    layers: readLayers(target),
    tests: input.list('tests'),
    cpu: input.oneOf('cpu', cpus),
    target,
    ...readBaseOs(),
    filter: input.optionalText('filter'),
    settings: {
      environment: input.assignments('env'),
      timeout: input.integer('timeout', 1, 900),
      memory: input.integer('memory', 128, 10_240),
      temporarySpace: 512,
      cpuShare: input.flag('cpu-share'),
    },
    expectedOverlaps: input.optionalList('expected-overlaps'),
    rie: input.optionalText('rie'),
    role: readRole(target),
    region: input.optionalText('region'),
    report: readReport(),
    // A self-hosted runner keeps RUNNER_TOOL_CACHE between jobs. A laptop uses a folder of the project.
    cacheFolder: process.env.RUNNER_TOOL_CACHE || '.cache',
  };
}

export function isLayerArn(layer: string): boolean {
  return layer.startsWith('arn:');
}

function readLayers(target: TargetName): readonly string[] {
  const layers = input.list('layers');
  if (layers.length > layersPerFunction) {
    throw new InputError(
      `Input "layers" must list at most ${layersPerFunction} layers, because a function cannot have more; ` +
        `got ${layers.length}: "${layers.join(' ')}".`,
    );
  }
  for (const arn of layers.filter(isLayerArn)) {
    if (target !== 'lambda') {
      throw new InputError(
        `Input "layers" must list zips, because only the target "lambda" accepts ARNs; got "${arn}".`,
      );
    }
    if (!/^arn:[\w-]+:lambda:[\w-]+:\d{12}:layer:[\w-]+:\d+$/.test(arn)) {
      throw new InputError(
        `Input "layers" must list zips or ARNs of layer versions, which end in a number; got "${arn}".`,
      );
    }
  }
  return layers;
}

function readRole(target: TargetName): string | undefined {
  const role = input.optionalText('role');
  if (target === 'lambda' && !/^arn:[\w-]+:iam::\d{12}:role\/\S+$/.test(role ?? '')) {
    throw new InputError(
      `Input "role" must be the ARN of an execution role for the target "lambda"; got "${role ?? ''}".`,
    );
  }
  return role;
}

/** Reads the path of the report. On GitHub, there is always a report, because an output names it. */
function readReport(): string | undefined {
  const report = input.optionalText('report');
  if (report !== undefined && !/\.(json|xml)$/.test(report)) {
    throw new InputError(`Input "report" must be a path that ends in .json or .xml; got "${report}".`);
  }
  const { RUNNER_TEMP } = process.env;
  return report ?? (RUNNER_TEMP ? join(RUNNER_TEMP, `test-layer-${randomUUID()}.xml`) : undefined);
}

/** Reads how this process was called, for commands that call it again. */
export function readCall(program: string): Call {
  const variables = Object.entries(process.env).filter(([name]) => name.startsWith('INPUT_'));
  const environment = Object.fromEntries(variables.map(([name, value]) => [name, value ?? '']));
  const command = process.env.ACTION_COMMAND;
  return { command: command ? (JSON.parse(command) as string[]) : undefined, environment, program };
}
