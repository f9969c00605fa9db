import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRun } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';

const program = 'tools/run-action/main.ts';

/** Runs an action's bundle. Its output is only in the error if it fails. */
export async function runAction(action: string, inputs: readonly string[], log: Logger): Promise<void> {
  await createRun(log)([process.execPath, program, action, ...inputs]);
}

/** Runs an action's bundle and shows its output. Returns the exit code. */
export async function showAction(action: string, inputs: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [program, action, ...inputs], { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}
