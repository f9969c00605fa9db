import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ActionError } from './errors.ts';
import type { Logger } from './logger.ts';
import { exitCodeOf } from './signals.ts';

/** A program and its arguments. Pure functions create commands, and `Run` runs them. */
export type Command = readonly [program: string, ...args: string[]];

export interface RunOptions {
  readonly cwd?: string;
  /** Variables added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; empty by default. */
  readonly input?: string | Buffer;
  /** Also show the output while the command runs. */
  readonly show?: boolean;
  /** Return a non-zero exit code instead of throwing. */
  readonly allowFailure?: boolean;
}

export interface ExitStatus {
  /** The exit code, or 128 plus the signal's number, as in a shell, if a signal ended the command. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
}

export interface CommandResult extends ExitStatus {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command and waits until it ends. Throws a CommandError if the exit code is not 0. */
export type Run = (command: Command, options?: RunOptions) => Promise<CommandResult>;

/** A command that failed. The message contains the command, its exit status and its last lines of output. */
export class CommandError extends ActionError {
  override name = 'CommandError';

  readonly command: Command;
  readonly result: CommandResult;

  constructor(command: Command, result: CommandResult) {
    const output = result.stderr.trim() || result.stdout.trim();
    const lastLines = output.split('\n').slice(-15).join('\n  ');
    super(`\`${command.join(' ')}\` ${describeEnding(result)}:\n  ${lastLines}`);
    this.command = command;
    this.result = result;
  }
}

export function describeEnding({ exitCode, signal }: ExitStatus): string {
  return signal === undefined ? `exited with ${exitCode}` : `was ended by ${signal}`;
}

/**
 * Creates the function that runs commands.
 *
 * @param signal stops the running command if aborted; the stopped command and all later ones throw its reason
 */
export function createRun(log: Logger, signal?: AbortSignal): Run {
  return async (command, options = {}) => {
    const started = performance.now();
    const child = startCommand(command, { ...options, ...(signal !== undefined && { signal }) });
    if (options.show) process.stdout.write(`[command]${command.join(' ')}\n`);
    const stdout = collect(child.stdout, options.show);
    const stderr = collect(child.stderr, options.show);
    const status = await child.ended;
    signal?.throwIfAborted();
    const result = { ...status, stdout: stdout(), stderr: stderr() };
    log.debug(`${command.join(' ')} -> ${result.exitCode} in ${Math.round(performance.now() - started)} ms`);
    if (result.exitCode !== 0 && !options.allowFailure) throw new CommandError(command, result);
    return result;
  };
}

/** Reads the stream. The returned function returns everything that has arrived so far. */
function collect(stream: Readable, show = false): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (show) process.stdout.write(chunk);
  });
  return () => Buffer.concat(chunks).toString();
}

export interface StartedCommand {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves after the command has ended and its output has been read. */
  readonly ended: Promise<ExitStatus>;
}

interface StartOptions extends Pick<RunOptions, 'cwd' | 'env' | 'input'> {
  /** Stops the command and every process that it has started. */
  readonly signal?: AbortSignal;
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
}

/**
 * Starts a command. `ended` rejects with an ActionError if the program cannot be started. If `signal` is already
 * aborted, nothing starts and its reason is thrown.
 *
 * Not `getExecOutput` of @actions/exec 3.0.0, because it
 * - cannot stop a command. A command with a signal has its own process group here, because some programs, such as
 *   mmdebstrap, wait for their children without stopping them;
 * - returns `null` as the exit code if a signal ended the command, for example the OOM killer's;
 * - crashes this process with an unhandled EPIPE if the command ends before it has read its input, and without an
 *   input, leaves stdin open, so that a command that reads it waits forever;
 * - needs quadratic time for output without line breaks.
 */
export function startCommand(
  [program, ...args]: Command,
  { cwd, env, input, signal, graceMs = 10_000 }: StartOptions,
): StartedCommand {
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // Makes the child the leader of a new process group.
    detached: signal !== undefined,
  });
  const ended = new Promise<ExitStatus>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(
        new ActionError(`"${program}" could not be started. Check that it is installed and on PATH.`, {
          cause,
        }),
      ),
    );
    child.once('close', (code, name) =>
      resolve(name === null ? { exitCode: code ?? 1 } : { exitCode: exitCodeOf(name), signal: name }),
    );
  });
  if (signal !== undefined) stopGroupOnAbort(child.pid, signal, graceMs, ended);
  // A command may end without reading its input. It reports its own reason on stderr.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return { stdout: child.stdout as Readable, stderr: child.stderr as Readable, ended };
}

/** Sends SIGTERM to the process group on abort, and SIGKILL after the grace period or when this process exits. */
function stopGroupOnAbort(
  groupId: number | undefined,
  signal: AbortSignal,
  graceMs: number,
  ended: Promise<unknown>,
): void {
  const signalGroup = (name: NodeJS.Signals) => {
    try {
      if (groupId !== undefined) process.kill(-groupId, name);
    } catch {
      // The group has already ended.
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const kill = () => signalGroup('SIGKILL');
  const stop = () => {
    signalGroup('SIGTERM');
    timer = setTimeout(kill, graceMs);
  };
  signal.addEventListener('abort', stop);
  process.on('exit', kill);
  const cleanUp = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    process.off('exit', kill);
  };
  ended.then(cleanUp, cleanUp);
}
