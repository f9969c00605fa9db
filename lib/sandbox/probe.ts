import { CommandError, type CommandResult, type Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import { runCommand, type Sandbox } from './container.ts';
import type { FunctionSettings } from './function-settings.ts';
import { type EngineLimits, noLimitsWarning } from './limits.ts';
import { explainPlatform } from './root.ts';

const noLimits: EngineLimits = { memory: false, swap: false, cpu: false };

/**
 * Starts one container, so that a later failure is the fault of a case and not of the engine. An engine inside a
 * container may report limits that its kernel then refuses; the returned sandbox has no limits in this case.
 *
 * @throws ActionError if the engine cannot start a container
 */
export async function probeSandbox(
  sandbox: Sandbox,
  name: string,
  settings: FunctionSettings,
  { run, log }: { readonly run: Run; readonly log: Logger },
): Promise<Sandbox> {
  try {
    await start(sandbox, name, settings, run);
    return sandbox;
  } catch (error) {
    const isLimitRefused = error instanceof CommandError && /cgroup/i.test(error.result.stderr);
    if (!isLimitRefused || !sandbox.limits.memory) throw error;
    const unlimited = { ...sandbox, limits: noLimits };
    await start(unlimited, name, settings, run);
    log.warning(`${noLimitsWarning} Docker's message: ${error.result.stderr.trim()}`);
    return unlimited;
  }
}

async function start(
  sandbox: Sandbox,
  name: string,
  settings: FunctionSettings,
  run: Run,
): Promise<CommandResult> {
  try {
    return await run(runCommand(sandbox, { name, settings, command: ['/bin/true'] }));
  } catch (error) {
    throw explainPlatform(error, sandbox.cpu);
  }
}
