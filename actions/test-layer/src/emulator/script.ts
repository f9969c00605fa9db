import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '#lib/node/command.ts';
import { runCommand, type Sandbox } from '#lib/sandbox/container.ts';
import { killContainer } from '#lib/sandbox/kill.ts';
import type { ScriptCase } from '../cases/case.ts';
import type { Outcome } from '../target.ts';

/** Seconds after its limit at which a script ends by itself, if whoever watches it was killed. */
const grace = 5;

/** Runs a script in a container of its own. */
export async function runScript(
  test: ScriptCase,
  name: string,
  sandbox: Sandbox,
  run: Run,
): Promise<Outcome> {
  const { timeout } = test.settings;
  // One pipe for both streams keeps their lines in order.
  const shell = [
    '/bin/sh',
    '-c',
    'exec "$@" 2>&1',
    'sh',
    'timeout',
    '--signal=KILL',
    String(timeout + grace),
  ];
  const purpose = { name, task: test.task, settings: test.settings, command: [...shell, ...test.command] };
  const ended = new AbortController();
  const watch = sleep(timeout * 1000, true, { signal: ended.signal }).then(
    () => killContainer(name, sandbox, run).then(() => true),
    () => false,
  );
  const { exitCode, stdout, stderr } = await run(runCommand(sandbox, purpose), { allowFailure: true });
  ended.abort();
  const isLate = await watch;
  const log = `${stdout}${stderr}`;
  if (isLate) return { reasons: [`no end within ${timeout} s`], log };
  return { reasons: exitCode === 0 ? [] : [explainExit(exitCode)], log };
}

/** Exit codes above 128 are signals, and KILL is what the kernel ends a process with that has used up its memory. */
function explainExit(exitCode: number): string {
  if (exitCode !== 137) return `exit code ${exitCode}`;
  return 'exit code 137: killed, perhaps for using more memory than the function has';
}
