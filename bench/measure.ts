import { type Command, CommandError, type Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

/** What a command and all its descendants cost. */
export interface Cost {
  /** From start to end. */
  readonly seconds: number;
  /** User and system time of every process that was waited for. */
  readonly cpuSeconds: number;
  /** Largest resident set of any one of the processes. */
  readonly peakBytes: number;
}

/**
 * Runs a command and prints the kernel's account of it as the last line. Python's is the whole of getrusage(2), in
 * microseconds; Node has no RUSAGE_CHILDREN. The command is a grandchild of this process: as a child it would be
 * charged with this process's resident set, which it shares until exec.
 */
const accountant = `
import json, resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[1:])
seconds = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print()
print(json.dumps({"code": code, "seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "kib": used.ru_maxrss}))
`;

/** Throws an ActionError with what the command said when it exits with anything but 0. */
export async function measure(run: Run, command: Command, cwd: string): Promise<Cost> {
  const { stdout, stderr } = await run(['python3', '-c', accountant, ...command], { cwd });
  const { code, seconds, cpu, kib } = readAccount(stdout, stderr);
  if (code !== 0) throw new CommandError(command, { exitCode: code, stdout, stderr });
  return { seconds, cpuSeconds: cpu, peakBytes: kib * 1024 };
}

interface Account {
  readonly code: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly kib: number;
}

function readAccount(stdout: string, stderr: string): Account {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Account;
  } catch (cause) {
    throw new ActionError(`python3 could not measure: ${stderr || stdout}`, { cause });
  }
}
