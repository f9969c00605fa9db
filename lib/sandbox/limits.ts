import { CommandError, type CommandResult, type Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { Settings } from '../../actions/test-layer/src/cases/options.ts';
import { runCommand, type Sandbox } from './container.ts';
import { explainPlatform } from './root.ts';

/** What an engine can limit; it depends on the cgroups of its kernel. */
export interface Limits {
  readonly memory: boolean;
  readonly swap: boolean;
  readonly cpu: boolean;
}

interface Needs {
  readonly run: Run;
  readonly log: Logger;
}

const none: Limits = { memory: false, swap: false, cpu: false };
const warning =
  "This Docker engine cannot limit memory, as its kernel has no cgroup for that; cases run without Lambda's limit.";

/** What the engine says of itself. */
export async function readLimits(docker: string, { run, log }: Needs): Promise<Limits> {
  const fields = ['MemoryLimit', 'SwapLimit', 'CPUCfsQuota'].map((name) => `{{.${name}}}`);
  const { stdout } = await run([docker, 'info', '--format', fields.join(' ')]);
  const [memory, swap, cpu] = stdout.trim().split(' ');
  if (memory !== 'true') log.warning(warning);
  return { memory: memory === 'true', swap: swap === 'true', cpu: cpu === 'true' };
}

/**
 * Starts one container, so that cases fail for their own reasons only. An engine inside a container may promise
 * limits that its kernel then refuses: then there are none.
 *
 * @throws ActionError where no container can be started
 */
export async function probe(
  sandbox: Sandbox,
  name: string,
  settings: Settings,
  { run, log }: Needs,
): Promise<Sandbox> {
  try {
    await start(sandbox, name, settings, run);
    return sandbox;
  } catch (error) {
    const isRefused = error instanceof CommandError && /cgroup/i.test(error.result.stderr);
    if (!isRefused || !sandbox.limits.memory) throw error;
    const unlimited = { ...sandbox, limits: none };
    await start(unlimited, name, settings, run);
    log.warning(`${warning} It says: ${error.result.stderr.trim()}`);
    return unlimited;
  }
}

async function start(sandbox: Sandbox, name: string, settings: Settings, run: Run): Promise<CommandResult> {
  try {
    return await run(runCommand(sandbox, { name, settings, command: ['/bin/true'] }));
  } catch (error) {
    throw explainPlatform(error, sandbox.cpu);
  }
}
