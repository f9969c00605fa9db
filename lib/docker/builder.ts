import { type Cpu, cpuNames, cpus, hostCpu } from '#lib/layer/cpu.ts';
import type { Command, Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

/**
 * Whether the builder reads the images of this machine's engine. One in a container does not (docker/setup-buildx-action
 * makes such a one the current builder), nor does one elsewhere: they have only what a registry has.
 */
export function seesEngine({ driver }: Builder): boolean {
  return driver === undefined || driver === 'docker';
}

/**
 * Throws where the builder does not read the images of this machine's engine.
 *
 * @param image one that is made in the engine
 * @param name what the user called the builder, if anything
 */
export function checkBuilderSees(image: string, builder: Builder, name: string | undefined): void {
  if (seesEngine(builder)) return;
  const which = name === undefined ? "buildx's current one, " : '';
  throw new ActionError(
    `The builder "${builder.name}" (${which}driver ${builder.driver}) cannot see ${image}, which is made in this machine's engine and is ` +
      'in no registry: only builders with the driver docker read the images of an engine. ' +
      'Use "builder: default" (or `docker buildx use default` before), or base al2023.',
  );
}

export interface Builder {
  readonly name: string;
  /** Undefined where buildx does not say. */
  readonly driver: string | undefined;
}

export async function findBuilder(builder: string | undefined, docker: string, run: Run): Promise<Builder> {
  if (builder === 'depot') return { name: builder, driver: 'depot' };
  const said = await inspect(builder, docker, run);
  // Without an engine the line of the driver is empty.
  const find = (key: string) => new RegExp(`^${key}:[ \\t]*(\\S+)`, 'm').exec(said)?.[1];
  return { name: builder ?? find('Name') ?? '', driver: find('Driver') };
}

/**
 * The CPUs that a builder has machines of: what it builds for others it emulates. Without its name it is buildx's current
 * one, which is asked only about another CPU than this machine's.
 */
export async function findBuilderCpus(
  { builder, cpu }: { readonly builder: string | undefined; readonly cpu: Cpu },
  docker: string,
  run: Run,
): Promise<readonly Cpu[]> {
  if (builder === 'depot') return cpus;
  const own = cpus.filter((candidate) => candidate === hostCpu());
  if (builder === undefined && own.includes(cpu)) return own;
  // Each node names its own platform first, then those that it emulates; `*` marks those that its owner chose.
  const platforms = [...(await inspect(builder, docker, run)).matchAll(/^Platforms:[ \t]*([^\s,*]+)/gm)];
  const found = cpus.filter((name) => platforms.some(([, platform]) => platform === cpuNames[name].platform));
  // An engine that is not running tells none, nor does a builder in a container that was not started yet.
  return platforms.length === 0 ? own : found;
}

async function inspect(builder: string | undefined, docker: string, run: Run): Promise<string> {
  const command: Command = [docker, 'buildx', 'inspect', ...(builder === undefined ? [] : [builder])];
  const { exitCode, stdout, stderr } = await run(command, { allowFailure: true });
  if (exitCode === 0 || builder === undefined) return stdout;
  throw new ActionError(
    `There is no buildx builder "${builder}" (\`docker buildx ls\` lists them): ${stderr.trim().split('\n').at(-1)}`,
  );
}
