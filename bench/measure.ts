import { type Command, CommandError, type Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

/** Resources that a command and its descendants used. */
export interface Cost {
  /** Wall time. */
  readonly seconds: number;
  /** User and system time of all processes that were waited for. */
  readonly cpuSeconds: number;
  /** Largest resident set of a single process. */
  readonly peakBytes: number;
}

/**
 * Runs a command and prints its resource usage as the last line. Python has all of getrusage(2), in microseconds, and
 * Node has no RUSAGE_CHILDREN. The command is a grandchild of this process: a child shares the resident set of this
 * process until exec, and the kernel would count it.
 */
const measureScript = `
import json, resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[1:])
seconds = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print()
print(json.dumps({"code": code, "seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "kib": used.ru_maxrss}))
`;

/**
 * Runs a command and measures it.
 *
 * @throws ActionError with the output of the command if its exit code is not 0
 */
export async function measure(run: Run, command: Command, cwd: string): Promise<Cost> {
  const { stdout, stderr } = await run(['python3', '-c', measureScript, ...command], { cwd });
  const { code, seconds, cpu, kib } = readUsage(stdout, stderr);
  if (code !== 0) throw new CommandError(command, { exitCode: code, stdout, stderr });
  return { seconds, cpuSeconds: cpu, peakBytes: kib * 1024 };
}

interface Usage {
  readonly code: number;
  readonly seconds: number;
  readonly cpu: number;
  readonly kib: number;
}

function readUsage(stdout: string, stderr: string): Usage {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Usage;
  } catch (cause) {
    throw new ActionError(`python3 could not measure the command: ${stderr || stdout}`, { cause });
  }
}
