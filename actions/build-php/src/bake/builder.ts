import type { Command, Run } from '../../../shared/command.ts';
import { type Cpu, cpuNames, cpus, hostCpu } from '../../../shared/cpu.ts';
import { ActionError } from '../../../shared/errors.ts';
import type { BaseIdentity } from '../base.ts';

/**
 * Throws where the builder exists no more, or builds elsewhere than in this machine's engine and hence cannot see a base
 * that was made here: only what a registry has can be had everywhere.
 */
export async function checkBuilder(
  builder: string | undefined,
  { base, image }: BaseIdentity,
  docker: string,
  run: Run,
): Promise<void> {
  if (builder === undefined) return;
  const driver = builder === 'depot' ? 'depot' : await findDriver(builder, docker, run);
  if (base === 'al2023' || driver === 'docker') return;
  throw new ActionError(
    `The builder "${builder}" (driver ${driver}) cannot see ${image}, which was made in this machine's engine and is ` +
      'in no registry. Use base al2023 with it, or build without it.',
  );
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
  const platforms = [...(await inspect(builder, docker, run)).matchAll(/^Platforms:\s*([^\s,*]+)/gm)];
  const found = cpus.filter((name) => platforms.some(([, platform]) => platform === cpuNames[name].platform));
  // An engine that is not running tells none.
  return builder === undefined && found.length === 0 ? own : found;
}

async function findDriver(builder: string, docker: string, run: Run): Promise<string> {
  return /^Driver:\s*(\S+)/m.exec(await inspect(builder, docker, run))?.[1] ?? 'unknown';
}

async function inspect(builder: string | undefined, docker: string, run: Run): Promise<string> {
  const command: Command = [docker, 'buildx', 'inspect', ...(builder === undefined ? [] : [builder])];
  const { exitCode, stdout, stderr } = await run(command, { allowFailure: true });
  if (exitCode === 0 || builder === undefined) return stdout;
  throw new ActionError(
    `There is no buildx builder "${builder}" (\`docker buildx ls\` lists them): ${stderr.trim().split('\n').at(-1)}`,
  );
}
