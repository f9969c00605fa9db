import { join } from 'node:path';
import { type BaseOsChoice, baseOsChoices } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import { type Cpu, cpus, hostCpu } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import type { Settings } from '../../actions/test-layer/src/cases/options.ts';
import { type OpenSandbox, openSandbox } from './open.ts';
import { baseImages } from './root.ts';

/** Options of the scripts that let somebody look at a layer as its tests see it; see `parseArgs` of node:util. */
export const sandboxOptions = {
  cpu: { type: 'string', default: hostCpu() ?? 'x86' },
  base: { type: 'string', default: 'auto' },
  memory: { type: 'string', default: '1024' },
  help: { type: 'boolean', default: false },
} as const;

const recipes = join(import.meta.dirname, 'roots');

export interface SandboxWish {
  /** Zips, stacked in this order. */
  readonly layers: readonly string[];
  readonly cpu: Cpu;
  readonly base: BaseOsChoice;
  readonly settings: Settings;
}

interface Given {
  readonly cpu: string;
  readonly base: string;
  readonly memory: string;
}

/** @throws ActionError where a value breaks its rule */
export function readWish(layers: readonly string[], given: Given, timeout: number): SandboxWish {
  const memory = Number(given.memory);
  if (!Number.isInteger(memory) || memory < 128) {
    throw new ActionError(`--memory must be a number of MB from 128 on; got "${given.memory}".`);
  }
  if (layers.length === 0) throw new ActionError('Give the zips of the layers, such as output/php-82.zip.');
  const settings = { environment: {}, timeout, memory, temporarySpace: 512, cpuShare: false };
  return {
    layers,
    cpu: choose('cpu', cpus, given.cpu),
    base: choose('base', baseOsChoices, given.base),
    settings,
  };
}

function choose<const T extends string>(name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new ActionError(`--${name} must be one of ${allowed.join(', ')}; got "${value}".`);
  }
  return found;
}

/** The sandbox of a layer's tests: the same root, mounts, limits and environment. */
export async function openForLooking(wish: SandboxWish, signal: AbortSignal): Promise<OpenSandbox> {
  const log = createLogger(false);
  const run = createRun(log);
  const docker = await findDocker(run);
  const request = { ...wish, rie: undefined, cacheFolder: '.cache', expectedOverlaps: ['bootstrap'] };
  return openSandbox(request, { docker, run, log, signal, images: baseImages, recipes });
}
