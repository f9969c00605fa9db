import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '#lib/node/command.ts';
import { removeContainer } from '#lib/sandbox/cleanup.ts';
import { runCommand, type Sandbox } from '#lib/sandbox/container.ts';
import type { ScriptCase } from '../cases/case.ts';
import type { Outcome } from '../target.ts';

/** Time after a script's timeout. Then `timeout` ends the script in its container, even if this process was killed. */
const graceSeconds = 5;

/** Runs a script in a separate container. */
export async function runScript(
  test: ScriptCase,
  name: string,
  sandbox: Sandbox,
  run: Run,
): Promise<Outcome> {
  const { timeout } = test.settings;
  const shell = [
    '/bin/sh',
    '-c',
    // One pipe for both streams keeps their lines in order.
    'exec "$@" 2>&1',
    'sh',
    'timeout',
    '--signal=KILL',
    String(timeout + graceSeconds),
  ];
  const container = { name, task: test.task, settings: test.settings, command: [...shell, ...test.command] };
  const ended = new AbortController();
  const timedOut = sleep(timeout * 1000, true, { signal: ended.signal }).then(
    () => removeContainer(name, sandbox, run).then(() => true),
    () => false,
  );
  const { exitCode, stdout, stderr } = await run(runCommand(sandbox, container), { allowFailure: true });
  ended.abort();
  const hasTimedOut = await timedOut;
  const log = `${stdout}${stderr}`;
  if (hasTimedOut) return { reasons: [`timed out after ${timeout} s`], log };
  return { reasons: exitCode === 0 ? [] : [describeExit(exitCode)], log };
}

/** The kernel kills a process that exceeds its memory with SIGKILL, which a shell reports as 137. */
function describeExit(exitCode: number): string {
  if (exitCode !== 137) return `exit code ${exitCode}`;
  return 'exit code 137: killed, possibly because it used more memory than the function has';
}
