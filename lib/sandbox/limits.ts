import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';

/** Limits that a Docker engine can enforce. They depend on the cgroups of its kernel. */
export interface EngineLimits {
  readonly memory: boolean;
  readonly swap: boolean;
  readonly cpu: boolean;
}

export const noLimitsWarning =
  "This Docker engine cannot limit memory, because its kernel has no memory cgroup. Cases run without Lambda's memory limit.";

/** Reads the limits that the engine reports, with a warning if it cannot limit memory. */
export async function readEngineLimits(
  docker: string,
  { run, log }: { readonly run: Run; readonly log: Logger },
): Promise<EngineLimits> {
  const fields = ['MemoryLimit', 'SwapLimit', 'CPUCfsQuota'].map((name) => `{{.${name}}}`);
  const { stdout } = await run([docker, 'info', '--format', fields.join(' ')]);
  const [memory, swap, cpu] = stdout.trim().split(' ');
  if (memory !== 'true') log.warning(noLimitsWarning);
  return { memory: memory === 'true', swap: swap === 'true', cpu: cpu === 'true' };
}
