import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, createRun } from '../../actions/shared/command.ts';
import type { Cpu } from '../../actions/shared/cpu.ts';
import { findDocker } from '../../actions/shared/docker.ts';
import { type Purpose, runCommand, type Sandbox } from '../../actions/test-layer/src/container.ts';
import type { Base } from '../../actions/test-layer/src/inputs.ts';
import { findEmulator } from '../../actions/test-layer/src/rie.ts';
import { baseImages, prepareRoot } from '../../actions/test-layer/src/root.ts';
import { maximumUnzippedSize, unpackLayer } from '../../actions/test-layer/src/unpack.ts';
import { silentLogger } from './silent-logger.ts';

/** A layer as test-layer runs it, for programs that are no cases: property tests and benchmarks. */
export interface LayerSandbox extends AsyncDisposable {
  /** `docker run` of a command on this layer; its container is removed when it ends, or with the sandbox. */
  command(purpose: Omit<Purpose, 'name'>): Command;
}

export interface LayerSandboxOptions {
  /** Stacked at /opt in this order. */
  readonly zips: readonly string[];
  readonly cpu?: Cpu;
  readonly base?: Base;
  /** MB; absent for no limit. */
  readonly memory?: number;
}

/** Unpacks layers and makes what they run on, with the same root, flags and environment as test-layer. */
export async function openLayerSandbox({
  zips,
  cpu = 'x86',
  base = 'auto',
  memory,
}: LayerSandboxOptions): Promise<LayerSandbox> {
  const log = silentLogger();
  const run = createRun(log);
  const docker = await findDocker(run);
  const opt = await mkdtemp(join(tmpdir(), 'layer-sandbox-'));
  await chmod(opt, 0o755);
  for (const zip of zips) await unpackLayer(resolve(zip), opt, cpu, maximumUnzippedSize);
  const { image } = await prepareRoot(base, cpu, { docker, run, log, images: baseImages });
  const rie = await findEmulator(cpu, undefined, { run, log, cacheFolder: resolve('.cache') });
  const label = `layer-sandbox=${randomUUID()}`;
  const limits = { memory: memory ?? 1024, limitsMemory: memory !== undefined };
  const sandbox: Sandbox = { docker, image, cpu, opt, rie, label, ...limits };
  return {
    command: (purpose) => runCommand(sandbox, { ...purpose, name: `layer-sandbox-${randomUUID()}` }),
    async [Symbol.asyncDispose]() {
      const { stdout } = await run([docker, 'ps', '--all', '--quiet', '--filter', `label=${label}`]);
      const ids = stdout.split('\n').filter((id) => id !== '');
      if (ids.length > 0) await run([docker, 'rm', '--force', ...ids], { allowFailure: true });
      await rm(opt, { recursive: true, force: true });
    },
  };
}
