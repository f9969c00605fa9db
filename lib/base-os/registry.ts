import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import type { Command } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { EngineClient } from './engine-images.ts';

/**
 * Returns the digest that the registry has for an image, or undefined if the registry does not answer. Asks through
 * buildx, which needs no engine for this and uses the user's logins.
 */
export async function findRegistryDigest(
  image: string,
  { run, docker }: EngineClient,
): Promise<string | undefined> {
  const format = '{{.Manifest.Digest}}';
  const command: Command = [docker, 'buildx', 'imagetools', 'inspect', '--format', format, image];
  const { exitCode, stdout } = await run(command, { allowFailure: true });
  return exitCode === 0 && stdout.startsWith('sha256:') ? stdout.trim() : undefined;
}

export async function pullImage(
  image: string,
  cpu: Cpu,
  { run, docker, log }: EngineClient & { readonly log: Logger },
): Promise<void> {
  log.info(`Pulling ${image} ...`);
  await run([docker, 'pull', '--platform', cpuNames[cpu].platform, image]);
}
