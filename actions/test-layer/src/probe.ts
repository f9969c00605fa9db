import { CommandError, type CommandResult, type Run } from '../../shared/command.ts';
import type { Logger } from '../../shared/logger.ts';
import { runCommand, type Sandbox } from './container.ts';
import { explainPlatform } from './root.ts';

/**
 * Starts one container to learn what this engine can do, so that cases fail for their own reasons only: without the
 * kernel's memory cgroup, cases run without a limit, which is said once.
 *
 * @throws ActionError where no container can be started
 */
export async function probe(
  sandbox: Sandbox,
  container: string,
  { run, log }: { readonly run: Run; readonly log: Logger },
): Promise<Sandbox> {
  const unlimited = { ...sandbox, limitsMemory: false };
  let fault: string;
  try {
    // An engine without that cgroup either says so and goes on, or refuses.
    const { stderr } = await start(sandbox, container, run);
    if (!/memory limit/i.test(stderr)) return sandbox;
    fault = stderr.trim();
  } catch (error) {
    if (!(error instanceof CommandError) || !/cgroup|memory/i.test(error.result.stderr)) throw error;
    await start(unlimited, container, run);
    fault = error.result.stderr.trim();
  }
  log.warning(`This Docker engine cannot limit memory; cases run without Lambda's limit. It says: ${fault}`);
  return unlimited;
}

async function start(sandbox: Sandbox, name: string, run: Run): Promise<CommandResult> {
  try {
    return await run(runCommand(sandbox, { name, environment: {}, command: ['/bin/true'] }));
  } catch (error) {
    throw explainPlatform(error, sandbox.cpu);
  }
}
