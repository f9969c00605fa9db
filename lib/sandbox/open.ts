import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BaseOsChoice } from '#lib/base-os/names.ts';
import type { Run } from '#lib/node/command.ts';
import { cleanUpContainers } from './cleanup.ts';
import type { Sandbox } from './container.ts';
import type { FunctionSettings } from './function-settings.ts';
import { type LayerStack, stackLayers, type TestedLayer } from './layers.ts';
import { readEngineLimits } from './limits.ts';
import { probeSandbox } from './probe.ts';
import { findEmulator } from './rie.ts';
import { prepareRoot, type RootDependencies } from './root.ts';

export interface SandboxRequest extends LayerStack {
  readonly baseOs: BaseOsChoice;
  /** Path of the emulator's binary. If undefined, the binary is downloaded. */
  readonly rie: string | undefined;
  /** Folder for downloads that later runs reuse. */
  readonly cacheFolder: string;
  /** Settings of the container that probes the engine. */
  readonly settings: FunctionSettings;
}

export interface SandboxDependencies extends RootDependencies {
  readonly run: Run;
  /** Aborted to stop work early. */
  readonly signal: AbortSignal;
}

/** Layers at /opt of a test root, ready for containers. */
export interface OpenSandbox extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Display name, such as `debian-12 (x86)`. */
  readonly name: string;
  readonly layers: readonly TestedLayer[];
}

/**
 * Unpacks the layers, prepares the test root and the emulator, and checks that the engine can start a container. If
 * this fails, or when the result is disposed of, no container and no folder remains.
 *
 * @throws ActionError if a layer is refused or a part is missing
 */
export async function openSandbox(
  request: SandboxRequest,
  dependencies: SandboxDependencies,
): Promise<OpenSandbox> {
  const { log, signal, docker } = dependencies;
  const folder = await mkdtemp(join(tmpdir(), 'test-layer-'));
  const label = `test-layer=${randomUUID()}`;
  const containers = cleanUpContainers(label, dependencies);
  const dispose = async () => {
    try {
      await containers[Symbol.asyncDispose]();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  try {
    const opt = join(folder, 'opt');
    const layers = await log.group('Unpack the layers', () => stackLayers(request, opt, log));
    signal.throwIfAborted();
    const { name, sandbox } = await log.group('Prepare the test root', async () => {
      const { cpu, settings, cacheFolder } = request;
      const rie = await findEmulator(cpu, request.rie, { ...dependencies, cacheFolder });
      const { baseOs, image } = await prepareRoot(request.baseOs, cpu, dependencies);
      signal.throwIfAborted();
      const limits = await readEngineLimits(docker, dependencies);
      const wanted = { docker, image, cpu, opt, rie, limits, label };
      const probed = await probeSandbox(wanted, containerName(wanted, 'probe'), settings, dependencies);
      return { name: `${baseOs} (${cpu})`, sandbox: probed };
    });
    return { sandbox, name, layers, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    // Without a working engine, the cleanup fails too and would hide the first error.
    await dispose().catch(() => {});
    throw error;
  }
}

export function containerName({ label }: Sandbox, suffix: string): string {
  return `${label.replace('=', '-')}-${suffix}`;
}
