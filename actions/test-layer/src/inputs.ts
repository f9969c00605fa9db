import { type Cpu, cpus } from '../../shared/cpu.ts';
import { InputError } from '../../shared/errors.ts';
import * as input from '../../shared/inputs.ts';

const bases = ['auto', 'al2023', 'debian-12'] as const;
export type Base = (typeof bases)[number];

export interface Inputs {
  /** Zips in the order in which they are stacked at /opt. */
  readonly layers: readonly string[];
  /** Folders of test cases. */
  readonly tests: readonly string[];
  readonly cpu: Cpu;
  readonly base: Base;
  /** Text that the names of the cases to run contain. */
  readonly filter: string | undefined;
  /** MB. */
  readonly memory: number;
  /** Path of the emulator's binary; undefined to fetch it. */
  readonly rie: string | undefined;
  /** Path ending in .json or .xml. */
  readonly report: string | undefined;
  /** Folder for what is fetched once and kept. */
  readonly cacheFolder: string;
}

/** Lambda's quota of layers per function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maximumLayers = 5;

export function readInputs(): Inputs {
  const layers = input.list('layers');
  if (layers.length > maximumLayers) {
    throw new InputError(
      'layers',
      `must list at most ${maximumLayers} zips, as a function can have`,
      layers.join(' '),
    );
  }
  const report = input.optionalText('report');
  if (report !== undefined && !/\.(json|xml)$/.test(report)) {
    throw new InputError('report', 'must be a path that ends in .json or .xml', report);
  }
  return {
    layers,
    tests: input.list('tests'),
    cpu: input.oneOf('cpu', cpus),
    base: input.oneOf('base', bases),
    filter: input.optionalText('filter'),
    memory: input.integer('memory', 128, 10_240),
    rie: input.optionalText('rie'),
    report,
    // RUNNER_TOOL_CACHE is kept between the jobs of a self-hosted runner; a laptop keeps its own beside the project.
    cacheFolder: process.env.RUNNER_TOOL_CACHE || '.cache',
  };
}
