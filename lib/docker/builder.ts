import { type Cpu, cpuNames, cpus, hostCpu } from '#lib/layer/cpu.ts';
import type { Command, Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

export interface Builder {
  readonly name: string;
  /** Undefined if buildx does not report it, as without a running engine. */
  readonly driver: string | undefined;
}

/** @param name the user's choice, or undefined for buildx's current builder */
export async function findBuilder(name: string | undefined, docker: string, run: Run): Promise<Builder> {
  if (name === 'depot') return { name, driver: 'depot' };
  const description = await inspectBuilder(name, docker, run);
  // Without an engine, the line of the driver has no value.
  const find = (key: string) => new RegExp(`^${key}:[ \\t]*(\\S+)`, 'm').exec(description)?.[1];
  return { name: name ?? find('Name') ?? '', driver: find('Driver') };
}

/**
 * Whether the builder reads the images of this machine's engine. Builders in a container (docker/setup-buildx-action
 * makes one and selects it) and remote builders have only the images of registries.
 */
export function readsEngineImages({ driver }: Builder): boolean {
  return driver === undefined || driver === 'docker';
}

/**
 * @param image an image that only this machine's engine has
 * @param name the user's name for the builder, if the user chose one
 * @throws ActionError if the builder does not read the engine's images
 */
export function requireEngineImages(image: string, builder: Builder, name: string | undefined): void {
  if (readsEngineImages(builder)) return;
  const origin = name === undefined ? "buildx's current one, " : '';
  throw new ActionError(
    `The builder "${builder.name}" (${origin}driver ${builder.driver}) cannot see ${image}. The image exists only in ` +
      "this machine's engine, and only builders with the driver docker read the engine's images. " +
      'Use `builder: default` (or run `docker buildx use default` first), or `base: al2023`.',
  );
}

/**
 * Returns the CPUs for which a builder has machines. It emulates all others. Buildx's current builder is inspected only
 * if the wanted CPU is not this machine's own.
 */
export async function findNativeCpus(
  { builder, cpu }: { readonly builder: string | undefined; readonly cpu: Cpu },
  docker: string,
  run: Run,
): Promise<readonly Cpu[]> {
  if (builder === 'depot') return cpus;
  const own = cpus.filter((candidate) => candidate === hostCpu());
  if (builder === undefined && own.includes(cpu)) return own;
  // Each node lists its own platform first, then the emulated ones. `*` marks platforms that its owner chose.
  const description = await inspectBuilder(builder, docker, run);
  const platforms = [...description.matchAll(/^Platforms:[ \t]*([^\s,*]+)/gm)];
  const found = cpus.filter((name) => platforms.some(([, platform]) => platform === cpuNames[name].platform));
  // An engine that is not running lists no platform. Neither does a builder in a container that has not started yet.
  return platforms.length === 0 ? own : found;
}

async function inspectBuilder(name: string | undefined, docker: string, run: Run): Promise<string> {
  const command: Command = [docker, 'buildx', 'inspect', ...(name === undefined ? [] : [name])];
  const { exitCode, stdout, stderr } = await run(command, { allowFailure: true });
  if (exitCode === 0 || name === undefined) return stdout;
  throw new ActionError(
    `The buildx builder "${name}" cannot be used: ${stderr.trim().split('\n').at(-1)}\n` +
      '`docker buildx ls` lists the builders.',
  );
}
