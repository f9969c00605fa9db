import { join } from 'node:path';
import { type BaseOsChoice, baseOsChoices } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import { type Cpu, cpus, hostCpu } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import type { FunctionSettings } from './function-settings.ts';
import { type OpenSandbox, openSandbox } from './open.ts';
import { baseOsImages } from './root.ts';

/** Options, in the form of `parseArgs`, of the commands with which a person uses a layer in its test sandbox. */
export const interactiveOptions = {
  cpu: { type: 'string', default: hostCpu() ?? 'x86' },
  base: { type: 'string', default: 'auto' },
  memory: { type: 'string', default: '1024' },
  help: { type: 'boolean', default: false },
} as const;

const recipes = join(import.meta.dirname, 'roots');

export interface InteractiveRequest {
  /** Paths of the zips, in the order in which they are stacked. */
  readonly layers: readonly string[];
  readonly cpu: Cpu;
  readonly baseOs: BaseOsChoice;
  readonly settings: FunctionSettings;
}

interface OptionValues {
  readonly cpu: string;
  readonly base: string;
  readonly memory: string;
}

/** @throws ActionError if a value is invalid or there is no layer */
export function parseInteractiveRequest(
  layers: readonly string[],
  values: OptionValues,
  timeoutSeconds: number,
): InteractiveRequest {
  const memory = Number(values.memory);
  if (!Number.isInteger(memory) || memory < 128) {
    throw new ActionError(`--memory must be a whole number of at least 128 MB; got "${values.memory}".`);
  }
  if (layers.length === 0) {
    throw new ActionError('No layers given. Pass the paths of their zips, such as output/php-82.zip.');
  }
  return {
    layers,
    cpu: parseChoice('cpu', cpus, values.cpu),
    baseOs: parseChoice('base', baseOsChoices, values.base),
    settings: { environment: {}, timeout: timeoutSeconds, memory, temporarySpace: 512, cpuShare: false },
  };
}

function parseChoice<const T extends string>(name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new ActionError(`--${name} must be one of ${allowed.join(', ')}; got "${value}".`);
  }
  return found;
}

/** Opens the sandbox of a layer's tests, with the same root, mounts, limits and environment. */
export async function openInteractiveSandbox(
  request: InteractiveRequest,
  signal: AbortSignal,
): Promise<OpenSandbox> {
  const log = createLogger(false);
  const run = createRun(log);
  const docker = await findDocker(run);
  return openSandbox(
    { ...request, rie: undefined, cacheFolder: '.cache', expectedOverlaps: ['bootstrap'] },
    { docker, run, log, signal, images: baseOsImages, recipes },
  );
}
