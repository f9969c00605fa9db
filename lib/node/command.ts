import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ActionError } from './errors.ts';
import type { Logger } from './logger.ts';
import { exitCodeOf } from './signals.ts';

/** A command as data: the program and its arguments, made by pure functions and run by `Run`. */
export type Command = readonly [program: string, ...args: string[]];

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Show the command's output while it runs; otherwise it is only returned. */
  readonly show?: boolean;
  /** Return a non-zero exit code instead of throwing. */
  readonly allowFailure?: boolean;
}

/** How a command ended. */
export interface Ending {
  /** A shell's, where a signal ended it: 128 and the signal's number. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
}

export interface CommandResult extends Ending {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. Throws a CommandError when it exits with anything but 0. */
export type Run = (command: Command, options?: RunOptions) => Promise<CommandResult>;

/** A tool that failed: the command, how it ended and the last lines that it said. */
export class CommandError extends ActionError {
  override name = 'CommandError';

  readonly command: Command;
  readonly result: CommandResult;

  constructor(command: Command, result: CommandResult) {
    const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-15).join('\n  ');
    super(`\`${command.join(' ')}\` ${describeEnding(result)}:\n  ${said}`);
    this.command = command;
    this.result = result;
  }
}

export function describeEnding({ exitCode, signal }: Ending): string {
  return signal === undefined ? `exited with ${exitCode}` : `was ended by ${signal}`;
}

/** @param signal ends the command that runs, and throws its reason: then, and instead of starting another one */
export function createRun(log: Logger, signal?: AbortSignal): Run {
  return async (command, options = {}) => {
    const started = performance.now();
    const child = startCommand(command, { ...options, ...(signal !== undefined && { signal }) });
    if (options.show) process.stdout.write(`[command]${command.join(' ')}\n`);
    const stdout = collect(child.stdout, options.show);
    const stderr = collect(child.stderr, options.show);
    const ending = await child.ended;
    signal?.throwIfAborted();
    const result = { ...ending, stdout: stdout(), stderr: stderr() };
    log.debug(`${command.join(' ')} -> ${result.exitCode} in ${Math.round(performance.now() - started)} ms`);
    if (result.exitCode !== 0 && !options.allowFailure) throw new CommandError(command, result);
    return result;
  };
}

/** What a stream has said until it is asked for; shown as it comes where that is wanted. */
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
  /** When the command has ended and said everything. */
  readonly ended: Promise<Ending>;
}

interface StartOptions extends Pick<RunOptions, 'cwd' | 'env' | 'input'> {
  readonly signal?: AbortSignal;
  /** Milliseconds that a command has to end by itself when it is told to; then it is killed. */
  readonly grace?: number;
}

/**
 * Starts a command. `ended` is rejected with an ActionError where that is not possible.
 *
 * @param options.signal ends the command with all that it has started in turn: mmdebstrap, for one, waits for its
 * children when it is told to end, and does not tell them. Where it is aborted already, its reason is thrown and nothing started
 */
export function startCommand(
  [program, ...args]: Command,
  { cwd, env, input, signal, grace = 10_000 }: StartOptions,
): StartedCommand {
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // A process group of its own, which can be told to end as a whole.
    detached: signal !== undefined,
  });
  const tellGroup = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has just ended.
    }
  };
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new ActionError(`"${program}" could not be started; is it installed and on PATH?`, { cause })),
    );
    child.once('close', (code, name) =>
      resolve(name === null ? { exitCode: code ?? 1 } : { exitCode: exitCodeOf(name), signal: name }),
    );
  });
  if (signal !== undefined) {
    let timer: NodeJS.Timeout | undefined;
    const kill = () => tellGroup('SIGKILL');
    const stop = () => {
      tellGroup('SIGTERM');
      timer = setTimeout(kill, grace);
    };
    signal.addEventListener('abort', stop);
    // Whoever does not wait for the end leaves nothing that goes on.
    process.on('exit', kill);
    const forget = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      process.off('exit', kill);
    };
    ended.then(forget, forget);
  }
  child.stdin?.on('error', () => {}); // A command that ends at once says why on its stderr.
  child.stdin?.end(input);
  return { stdout: child.stdout as Readable, stderr: child.stderr as Readable, ended };
}
