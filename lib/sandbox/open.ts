import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BaseOsChoice } from '#lib/base-os/names.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import type { Run } from '#lib/node/command.ts';
import type { Settings } from '../../actions/test-layer/src/cases/options.ts';
import { ownContainers } from './cleanup.ts';
import type { Sandbox } from './container.ts';
import { type Stack, stackLayers, type TestedLayer } from './layers.ts';
import { probe, readLimits } from './limits.ts';
import { findEmulator } from './rie.ts';
import { prepareRoot, type RootNeeds } from './root.ts';

export interface SandboxRequest extends Stack {
  readonly cpu: Cpu;
  readonly base: BaseOsChoice;
  /** Path of the emulator's binary; undefined to fetch it. */
  readonly rie: string | undefined;
  /** Folder for what is fetched once and kept. */
  readonly cacheFolder: string;
  /** With which a container is tried. */
  readonly settings: Settings;
}

export interface SandboxNeeds extends RootNeeds {
  readonly run: Run;
  /** Aborted when work is to stop early. */
  readonly signal: AbortSignal;
}

/** Layers at /opt of a test root, ready for containers. */
export interface OpenSandbox extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Such as `debian-12 (x86)`. */
  readonly name: string;
  readonly layers: readonly TestedLayer[];
}

/**
 * Unpacks the layers, and has a root, the emulator and an engine that can start a container of them. Disposed of, it
 * leaves neither containers nor folders behind; nor does it when it fails to open.
 *
 * @throws ActionError where a layer is refused or a part is missing
 */
export async function openSandbox(request: SandboxRequest, needs: SandboxNeeds): Promise<OpenSandbox> {
  const { log, signal, docker } = needs;
  const folder = await mkdtemp(join(tmpdir(), 'test-layer-'));
  const label = `test-layer=${randomUUID()}`;
  const containers = ownContainers(label, needs);
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
      const { cpu, settings } = request;
      const rie = await findEmulator(cpu, request.rie, { ...needs, cacheFolder: request.cacheFolder });
      const { base, image } = await prepareRoot(request.base, cpu, needs);
      signal.throwIfAborted();
      const wanted = { docker, image, cpu, opt, rie, limits: await readLimits(docker, needs), label };
      const tried = await probe(wanted, containerName(wanted, 'probe'), settings, needs);
      return { name: `${base} (${cpu})`, sandbox: tried };
    });
    return { sandbox, name, layers, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    // Where there is no engine, its containers cannot be listed either; that is no news.
    await dispose().catch(() => {});
    throw error;
  }
}

export function containerName({ label }: Sandbox, suffix: string): string {
  return `${label.replace('=', '-')}-${suffix}`;
}
